/**
 * How the credential of a connection goes on a request, declared beside its definition. Texts are templates of its fields:
 * `{{#apiKey}}` is the field `apiKey`. Where a token is fetched, `{{#token}}` is the access token, `{{#token.instance_url}}` a
 * member of the token answer, and `{{#context.realmId}}` a parameter that came back with the authorization code.
 */
export interface ApplyDefinition {
  /** Where the API is: a whole URL as a field or a member of the token answer, or one put together. */
  baseUrl?: string | undefined;
  headers?: Record<string, string> | undefined;
  query?: Record<string, string> | undefined;
  cookies?: Record<string, string> | undefined;
  /** The header `Authorization` by RFC 7617. */
  basic?: { username: string; password: string } | undefined;
  /** The header that carries the token; `Authorization` when left out. */
  header?: string | undefined;
  /** What stands before the token in it; `Bearer` when left out, and nothing when empty. */
  prefix?: string | undefined;
  /** How the token is asked for, beyond what the definition says. */
  token?: ApplyTokenDefinition | undefined;
  /** The path that a test of the connection asks for. */
  testPath?: string | undefined;
}

export interface ApplyTokenDefinition {
  /** The token endpoint of a connection that is no OAuth connection; `params` are then the whole request. */
  url?: string | undefined;
  method?: 'POST' | 'GET' | undefined;
  /** How the parameters are sent; `form` when left out. */
  format?: 'form' | 'json' | 'query' | undefined;
  headers?: Record<string, string> | undefined;
  /** Sent besides; one of a standard name replaces it. */
  params?: Record<string, string> | undefined;
  /** The token is asked for with these instead (RFC 6749 section 4.3). Only of OAuth connections. */
  password?: { username: string; password: string } | undefined;
  /** How an OAuth client proves itself; in the body when left out. */
  clientAuth?: 'basic' | 'body' | 'none' | undefined;
  /** An expression over the token answer; `body.access_token` when left out. */
  output?: string | undefined;
  /** An expression that gives the lifetime in seconds; `body.expires_in` of OAuth connections when left out. */
  expires?: string | undefined;
  /** The lifetime when the answer names none. */
  lifetimeSeconds?: number | undefined;
}
