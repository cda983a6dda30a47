import type { ApiKeyDefinition } from './auth/api-key.ts';
import type { AwsSignatureV4Definition } from './auth/aws-signature-v4.ts';
import type { DigestDefinition } from './auth/digest.ts';
import type { HmacDefinition } from './auth/hmac.ts';
import type { ClientAuthentication, OauthClientDefinition } from './auth/oauth-client.ts';
import type { Oauth1Definition } from './auth/oauth1.ts';
import type { Oauth2Definition } from './auth/oauth2.ts';
import type {
  TokenConnectionDefinition,
  TokenRefreshDefinition,
  TokenStepDefinition,
} from './auth/token-requests.ts';
import type { TokenUseDefinition } from './auth/token-use.ts';
import type { ProxyDefinition } from './proxy-definition.ts';

/**
 * What an author writes, after parsing: older spellings translated, Integrator's defaults filled in.
 * The unparsed form, in which those fields are optional, is described by the JSON Schema at `ferrule/schema`.
 */
export interface ConnectionDefinition {
  readonly name: string;
  readonly type: 'http';
  readonly description: string;
  readonly documentationLink: string;
  readonly config: HttpConnectionConfig;
  /** Secret values by name. null: ask the engine's secret provider. */
  readonly secrets: Readonly<Record<string, string | null>>;
  readonly operations: readonly OperationDefinition[];
}

export interface HttpConnectionConfig {
  readonly configType: 'http';
  readonly baseUrl: string;
  readonly testPath: string | null;
  /** One or more PEM certificates; they extend the system's roots unless `tls.caMode` is `replace`. */
  readonly caCert: string | null;
  readonly auth: AuthDefinition | null;
  /** Sent with every operation; an operation's header of the same name wins. */
  readonly headers: HeadersDefinition;
  /** Sent with every operation; an operation's parameter of the same name wins. */
  readonly params: ParamsDefinition;
  readonly test: TestDefinition | null;
  readonly tls: TlsDefinition;
  readonly timeouts: TimeoutsDefinition;
  readonly limits: LimitsDefinition;
  readonly redirect: RedirectDefinition;
  /** By name of a secret: the hosts it may be sent to. One that is not named may be sent to any. */
  readonly secretHosts: Readonly<Record<string, readonly string[]>>;
  /** The proxy to go through; null: the engine's, if it has one. */
  readonly proxy: ProxyDefinition | null;
  /** The UNIX socket that the origin of the base URL is reached by; null: none. */
  readonly socketPath: string | null;
  /** Expressions by name, over `parameters`, `secrets` and earlier `values`; each usable as a tag of that name. */
  readonly values: Readonly<Record<string, string>>;
  /** null: nothing is sent twice. */
  readonly retry: RetryDefinition | null;
  /** null: everything is sent at once. */
  readonly rateLimit: RateLimitDefinition | null;
  /** Which tag spellings are templates; both by default. */
  readonly templateTags: readonly TemplateTag[];
  /** Offer HTTP/2; false by default because it costs more CPU per request. */
  readonly http2: boolean;
}

export type TemplateTag = '<<>>' | '{{}}';
export type HeadersDefinition = Readonly<Record<string, string | readonly string[]>>;
export type ParamsDefinition = Readonly<Record<string, string | readonly string[]>>;
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'HEAD' | 'OPTIONS';

export interface OperationDefinition {
  readonly name: string;
  readonly config: HttpOperationConfig;
  readonly outputs: OutputsDefinition;
  /** Declared parameters, by name; what is not declared is found in the templates. */
  readonly inputs: Readonly<Record<string, InputDefinition>>;
  readonly notes: string | null;
  readonly documentationLink: string;
}

export interface HttpOperationConfig {
  readonly configType: 'http';
  readonly method: HttpMethod;
  readonly path: string;
  readonly params: ParamsDefinition;
  readonly headers: HeadersDefinition;
  readonly body: BodyDefinition;
  readonly includeEmptyParams: boolean;
  readonly followRedirect: boolean;
  readonly streamResponse: boolean;
}

export type BodyDefinition =
  | { readonly bodyType: 'raw'; readonly raw: unknown }
  | { readonly bodyType: 'www_form_urlencoded'; readonly form: Readonly<Record<string, string>> }
  | { readonly bodyType: 'multipart_form'; readonly parts: readonly BodyPartDefinition[] }
  | { readonly bodyType: 'json'; readonly json: unknown }
  | { readonly bodyType: 'binary'; readonly binary: string; readonly contentType?: string };

export interface BodyPartDefinition {
  readonly name: string;
  readonly content: string;
  readonly contentType?: string;
  readonly fileName?: string;
}

export type OutputsDefinition = Readonly<Record<string, OutputDefinition>>;
export type ExpressionLanguage = 'javascript' | 'jsonata';

export interface OutputDefinition {
  readonly value: string;
  /** Evaluated for each element of `value`, with `current` and `index`. */
  readonly children?: Readonly<Record<string, string>>;
  readonly language?: ExpressionLanguage;
}

export interface InputDefinition {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export type AuthDefinition =
  | BasicAuthDefinition
  | RawBearerTokenDefinition
  | HttpBearerTokenDefinition
  | ClientCredentialsDefinition
  | ApiKeyDefinition
  | AwsSignatureV4Definition
  | DigestDefinition
  | HmacDefinition
  | Oauth1Definition
  | Oauth2Definition;

export interface BasicAuthDefinition {
  readonly authType: 'basic';
  readonly username: string;
  /** null: an empty password. */
  readonly password: string | null;
}

export interface RawBearerTokenDefinition {
  readonly authType: 'raw_bearer_token';
  readonly token: string | null;
  readonly header: string;
  /** Stands before the token, with a space between; empty: the token alone. */
  readonly prefix: string;
}

export interface HttpBearerTokenDefinition extends TokenUseDefinition {
  readonly authType: 'http_bearer_token';
  readonly header: string;
  readonly prefix: string;
  readonly token: {
    readonly operation: HttpOperationConfig;
    readonly tokenOutput: string;
    /** An expression that gives the lifetime, in seconds unless `expiry` names another format. */
    readonly expirationOutput?: string;
    /** Where the token request goes; the connection's own base URL and CA when left out. */
    readonly connection: TokenConnectionDefinition | null;
    readonly steps?: readonly TokenStepDefinition[];
    readonly refresh?: TokenRefreshDefinition;
  };
}

export interface ClientCredentialsDefinition extends OauthClientDefinition {
  readonly authType: 'client_credentials';
  /** Left out when `issuer` is given and its metadata name the endpoint. */
  readonly tokenUrl?: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly scope: string | null;
  readonly clientAuth: ClientAuthentication;
  readonly caCert: string | null;
}

/** What `connection.test()` sends and expects. */
export interface TestDefinition {
  readonly method: HttpMethod;
  readonly path: string;
  readonly headers: HeadersDefinition;
  readonly body: BodyDefinition;
  /** A status, a list of statuses, or an expression that must be true; any 2xx when left out. */
  readonly expect: number | readonly number[] | string | null;
}

export interface TlsDefinition {
  readonly caMode: 'extend' | 'replace';
  readonly clientCertificate: ClientCertificateDefinition | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly serverName: string | null;
  /** The server certificate's own SHA-256 fingerprints, trusted instead of a chain. */
  readonly fingerprint256: string | readonly string[] | null;
}

/** PEM certificate (chain) and key, or a PKCS#12 file in base64. All may be templates over secrets. */
export interface ClientCertificateDefinition {
  readonly cert?: string;
  readonly key?: string;
  readonly pkcs12?: string;
  readonly passphrase?: string;
}

/** Milliseconds. */
export interface TimeoutsDefinition {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
  readonly totalMs: number;
}

export interface LimitsDefinition {
  readonly maxResponseBytes: number;
  readonly maxDecompressedBytes: number;
  readonly maxDecompressionRatio: number;
  readonly maxHeaderBytes: number;
  readonly maxEventBytes: number;
}

export interface RedirectDefinition {
  readonly maxRedirects: number;
  /** Send cookies that are set on the way back to the origin that set them, within one redirect chain. */
  readonly cookies: boolean;
}

/** When a request that failed for now is sent again. Milliseconds. */
export interface RetryDefinition {
  /** The first one included. */
  readonly maxAttempts: number;
  /** No attempt begins later than this after the first. */
  readonly maxElapsedMs: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly onStatus: readonly number[];
  /** An expression over the answer that gives the seconds to wait. */
  readonly waitFrom: string | null;
  /** Methods whose requests may be repeated although the server may have acted on them. */
  readonly methods: readonly HttpMethod[];
}

/** How much the operations of a connection send. null sets no bound. */
export interface RateLimitDefinition {
  /** Requests in any `perMs` milliseconds. */
  readonly requests: number | null;
  readonly perMs: number;
  /** Requests at once, up to the end of their answers. */
  readonly concurrency: number | null;
  /** Requests that may wait for their turn. */
  readonly maxQueue: number;
  readonly maxWaitMs: number;
}
