import type { ApiKeyInput } from './auth/api-key.ts';
import type { AwsSignatureV4Input } from './auth/aws-signature-v4.ts';
import type { DigestInput } from './auth/digest.ts';
import type { HmacInput } from './auth/hmac.ts';
import type { ClientAuthentication, OauthClientDefinition } from './auth/oauth-client.ts';
import type { Oauth1Input } from './auth/oauth1.ts';
import type { Oauth2Input } from './auth/oauth2.ts';
import type { TokenConnectionInput, TokenRefreshInput, TokenStepInput } from './auth/token-requests.ts';
import type { TokenUseDefinition } from './auth/token-use.ts';
import type {
  HeadersDefinition,
  HttpMethod,
  InputDefinition,
  LimitsDefinition,
  OutputsDefinition,
  ParamsDefinition,
  RateLimitDefinition,
  RedirectDefinition,
  RetryDefinition,
  TemplateTag,
  TimeoutsDefinition,
  TlsDefinition,
} from './definition.ts';
import type { ProxyInput } from './proxy-definition.ts';

/**
 * What may be written: Integrator's fields, its older spellings, and Ferrule's additions.
 * Fields that may be left out have their defaults in `defaults.ts`.
 */
export interface ConnectionInput extends ServerFields {
  readonly name: string;
  readonly type?: 'http';
  readonly description?: string;
  readonly documentationLink?: string;
  readonly config: HttpConnectionConfigInput;
  readonly secrets?: Readonly<Record<string, string | null>>;
  readonly operations?: readonly OperationInput[];
}

/** What Integrator's server adds to an export; accepted and ignored. */
interface ServerFields {
  readonly id?: unknown;
  readonly insertedAt?: unknown;
  readonly updatedAt?: unknown;
  readonly lockVersion?: unknown;
  readonly status?: unknown;
}

export interface HttpConnectionConfigInput {
  readonly configType?: 'http';
  readonly baseUrl: string;
  readonly testPath?: string | null;
  readonly caCert?: string | null;
  readonly auth?: AuthInput | null;
  readonly headers?: HeadersDefinition;
  readonly params?: ParamsDefinition;
  readonly test?: TestInput | null;
  readonly tls?: Partial<TlsDefinition>;
  readonly timeouts?: Partial<TimeoutsDefinition>;
  readonly limits?: Partial<LimitsDefinition>;
  readonly redirect?: Partial<RedirectDefinition>;
  readonly secretHosts?: Readonly<Record<string, readonly string[]>>;
  readonly proxy?: ProxyInput | null;
  readonly socketPath?: string | null;
  readonly values?: Readonly<Record<string, string>>;
  readonly retry?: RetryInput | null;
  readonly rateLimit?: Partial<RateLimitDefinition> | null;
  readonly templateTags?: readonly TemplateTag[];
  readonly http2?: boolean;
}

export interface OperationInput extends ServerFields {
  readonly connectionId?: unknown;
  readonly name: string;
  readonly config: HttpOperationConfigInput;
  readonly outputs?: OutputsDefinition;
  readonly inputs?: Readonly<Record<string, InputDefinition>>;
  readonly notes?: string | null;
  readonly documentationLink?: string;
}

export type HttpMethodInput = HttpMethod | Lowercase<HttpMethod>;

export interface HttpOperationConfigInput {
  readonly configType?: 'http';
  readonly method: HttpMethodInput;
  readonly path: string;
  readonly params?: ParamsDefinition;
  readonly headers?: HeadersDefinition;
  readonly body?: BodyInput;
  readonly includeEmptyParams?: boolean;
  readonly followRedirect?: boolean;
  readonly streamResponse?: boolean;
}

export interface RetryInput extends Partial<Omit<RetryDefinition, 'methods'>> {
  readonly methods?: readonly HttpMethodInput[];
}

export interface TestInput {
  readonly method?: HttpMethodInput;
  readonly path: string;
  readonly headers?: HeadersDefinition;
  readonly body?: BodyInput;
  readonly expect?: number | readonly number[] | string | null;
}

/** A body without `bodyType`, a bare text and null are older spellings. */
export type BodyInput =
  | { readonly bodyType?: 'raw'; readonly raw: unknown }
  | { readonly bodyType?: 'www_form_urlencoded'; readonly form: Readonly<Record<string, string>> }
  | { readonly bodyType?: 'multipart_form'; readonly parts: readonly BodyPartInput[] }
  | { readonly bodyType: 'json'; readonly json: unknown }
  | { readonly bodyType: 'binary'; readonly binary: string; readonly contentType?: string }
  | string
  | null;

/** Integrator lets a part carry further fields; they are ignored. */
export interface BodyPartInput {
  readonly name: string;
  readonly content: string;
  readonly contentType?: string;
  readonly fileName?: string;
}

export type AuthInput =
  | (Spelling<'basic'> & { readonly username: string; readonly password: string | null })
  | (Spelling<'raw_bearer_token'> & TokenPlaceInput & { readonly token: string | null })
  | (Spelling<'http_bearer_token'> & TokenPlaceInput & TokenUseDefinition & { readonly token: TokenInput })
  | (Spelling<'client_credentials'> & ClientCredentialsInput)
  | ({ readonly authType: 'api_key' } & ApiKeyInput)
  | ({ readonly authType: 'aws_signature_v4' } & AwsSignatureV4Input)
  | ({ readonly authType: 'digest' } & DigestInput)
  | ({ readonly authType: 'hmac' } & HmacInput)
  | ({ readonly authType: 'oauth1' } & Oauth1Input)
  | Oauth2Input
  | (Spelling<'bearer_token'> &
      TokenPlaceInput &
      OlderOutputsPlace & { readonly token: string | null | OlderTokenInput });

/** Older documents say `type` where newer ones say `authType`. */
type Spelling<Name extends string> = { readonly authType: Name } | { readonly type: Name };

interface TokenPlaceInput {
  readonly header?: string;
  readonly prefix?: string;
}

export interface TokenInput {
  readonly operation: HttpOperationConfigInput;
  readonly tokenOutput: string;
  readonly expirationOutput?: string;
  readonly connection?: TokenConnectionInput | null;
  readonly steps?: readonly TokenStepInput[];
  readonly refresh?: TokenRefreshInput;
}

interface ClientCredentialsInput extends OauthClientDefinition {
  /** Or `issuer`. */
  readonly tokenUrl?: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly scope?: string | null;
  readonly clientAuth?: ClientAuthentication;
  readonly caCert?: string | null;
}

/** One of `op` and `operation`; at most one of `conn` and `connection`. */
export interface OlderTokenInput extends OlderOutputsPlace {
  readonly op?: HttpOperationConfigInput;
  readonly operation?: HttpOperationConfigInput;
  readonly conn?: OlderTokenConnectionInput | null;
  readonly connection?: OlderTokenConnectionInput | null;
}

/** Without `baseUrl` and `url`, the base URL of the connection itself. */
interface OlderTokenConnectionInput {
  readonly baseUrl?: string;
  readonly url?: string;
  readonly caCert?: string | null;
}

/** One of the two, either beside the token or in it. */
export interface OlderOutputsPlace {
  readonly outputs?: OlderTokenOutputs;
  readonly transform?: OlderTokenOutputs;
}

/** One name for the token and one for its lifetime, of those listed below. */
type OlderTokenOutputs = Readonly<Partial<Record<OlderTokenName, OlderTokenOutput>>>;
type OlderTokenOutput = string | { readonly value: string };
export type OlderTokenName = (typeof OLDER_TOKEN_NAMES | typeof OLDER_EXPIRATION_NAMES)[number];

export const OLDER_TOKEN_NAMES = ['token', 'tokenOutput', 'access_token', 'accessToken'] as const;
export const OLDER_EXPIRATION_NAMES = [
  'expiration',
  'expirationOutput',
  'expires',
  'expires_in',
  'expiresIn',
  'expiry',
] as const;
