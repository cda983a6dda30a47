import type { TransportOptions } from '../../../transport.ts';

/** A value whose type only the caller knows: what JSON.parse gives. */
export type Unchecked = ReturnType<typeof JSON.parse>;

export type ResponseType = 'arraybuffer' | 'blob' | 'document' | 'json' | 'text' | 'stream';

/** Null, false and undefined leave a header out that a default would send. */
export type HeaderValue = string | number | boolean | readonly string[] | null | undefined;
export type HeaderRecord = Record<string, HeaderValue>;

/** Defaults also by method: `headers.common` and, say, `headers.post`. */
export type HeaderDefaults = Record<string, HeaderValue | HeaderRecord>;

/** What one request may say, under the names of axios. What it cannot say is refused by name. */
export interface RequestConfig {
  /** Joined to `baseURL`; absolute only within the origin of `baseURL`, unless `allowOtherOrigins`. */
  url?: string | undefined;
  /** Default GET. */
  method?: string | undefined;
  baseURL?: string | undefined;
  headers?: HeaderDefaults | undefined;
  /** Lists become `name[]=…`, objects `name[key]=…`; null and undefined are left out. */
  params?: Record<string, Unchecked> | URLSearchParams | undefined;
  paramsSerializer?:
    | ((params: Unchecked) => string)
    | { serialize?: (params: Unchecked) => string }
    | undefined;
  data?: Unchecked;
  /** Milliseconds for the whole request; 0 means the default of the transport. */
  timeout?: number | undefined;
  /** Default: JSON where it is some, else text. */
  responseType?: ResponseType | undefined;
  /** Which statuses are answers; default 200 to 299, and null for all. */
  validateStatus?: ((status: number) => boolean) | null | undefined;
  auth?: { username: string; password: string } | undefined;
  /** Default 5; other origins get no credentials. */
  maxRedirects?: number | undefined;
  /** Bytes of the answer. */
  maxContentLength?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Lets absolute URLs leave the origin of `baseURL`, with all headers of the client. Default false. */
  allowOtherOrigins?: boolean | undefined;
}

/** A request as an interceptor gets it: with the headers of the client. What it changes is sent. */
export type PreparedConfig = RequestConfig & { headers: HeaderRecord };

/** What was asked, as far as it may be shown: credentials and the values of the query are masked. */
export interface ShownRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
}

export interface HttpClientResponse<Data = Unchecked> {
  data: Data;
  status: number;
  statusText: string;
  /** Names in small letters; values of one name are joined, but for `set-cookie`, which is a list. */
  headers: Record<string, Unchecked>;
  config: ShownRequest;
  /** Milliseconds up to the answer. */
  duration: number;
}

/** Sends again what failed for now; nothing is sent again unless it is given. */
export interface RetryConfig {
  /** How often after the first attempt; default 3. */
  retries?: number | undefined;
  /** Milliseconds, or a function of the number of the attempt and its error. Default 0. */
  retryDelay?: number | ((retryCount: number, error: unknown) => number) | undefined;
  /** Also methods that are not idempotent, and every error. */
  retryAllErrors?: boolean | undefined;
  retryCondition?: ((error: unknown) => boolean | Promise<boolean>) | undefined;
  /** Doubles the delay with every attempt. */
  useExponentialBackoff?: boolean | undefined;
}

/** The options of the SDK, and below them those of Ferrule's transport. */
export interface ClientProps
  extends Pick<TransportOptions, 'tls' | 'egress' | 'limits' | 'timeouts' | 'lookup'> {
  baseUrl?: string | undefined;
  responseType?: ResponseType | undefined;
  headers?: HeaderDefaults | undefined;
  params?: Record<string, Unchecked> | undefined;
  /** Milliseconds for each request. */
  timeout?: number | undefined;
  /** Tells `log` about every request and answer, credentials masked. */
  debug?: boolean | undefined;
  retryConfig?: RetryConfig | undefined;
  /** Lets absolute URLs leave the origin of `baseUrl`. Default false. */
  allowOtherOrigins?: boolean | undefined;
  /** Where `debug` writes; the console by default. */
  log?: ((message: string) => void) | undefined;
}

/** One chain of functions around all requests, in the manner of axios. */
export interface Interceptors<Value> {
  /** @returns the number by which `eject` knows it */
  use(
    onFulfilled?: ((value: Value) => Value | Promise<Value>) | null,
    onRejected?: ((error: Unchecked) => Unchecked) | null,
  ): number;
  eject(id: number): void;
  clear(): void;
}

type Answer<Data> = Promise<HttpClientResponse<Data>>;

/** The part of an axios instance that connectors use. */
export interface HttpClient {
  <Data = Unchecked>(config: RequestConfig): Answer<Data>;
  <Data = Unchecked>(url: string, config?: RequestConfig): Answer<Data>;
  request<Data = Unchecked>(config: RequestConfig): Answer<Data>;
  get<Data = Unchecked>(url: string, config?: RequestConfig): Answer<Data>;
  delete<Data = Unchecked>(url: string, config?: RequestConfig): Answer<Data>;
  head<Data = Unchecked>(url: string, config?: RequestConfig): Answer<Data>;
  options<Data = Unchecked>(url: string, config?: RequestConfig): Answer<Data>;
  post<Data = Unchecked>(url: string, data?: unknown, config?: RequestConfig): Answer<Data>;
  put<Data = Unchecked>(url: string, data?: unknown, config?: RequestConfig): Answer<Data>;
  patch<Data = Unchecked>(url: string, data?: unknown, config?: RequestConfig): Answer<Data>;
  postForm<Data = Unchecked>(url: string, data?: unknown, config?: RequestConfig): Answer<Data>;
  putForm<Data = Unchecked>(url: string, data?: unknown, config?: RequestConfig): Answer<Data>;
  patchForm<Data = Unchecked>(url: string, data?: unknown, config?: RequestConfig): Answer<Data>;
  /** The URL that a request would have. */
  getUri(config?: RequestConfig): string;
  /** What requests say that do not say otherwise. May be changed. */
  defaults: RequestConfig & { headers: HeaderDefaults & { common: HeaderRecord } };
  interceptors: { request: Interceptors<PreparedConfig>; response: Interceptors<HttpClientResponse> };
  /** Closes the sockets. Idle ones do not keep a process alive, so this may be left out. */
  close(): Promise<void>;
}
