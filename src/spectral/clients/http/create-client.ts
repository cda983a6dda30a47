import type { HttpTransport, TransportOptions } from '../../../transport.ts';
import { statusFailure } from './client-failure.ts';
import type {
  ClientProps,
  HttpClient,
  HttpClientResponse,
  PreparedConfig,
  RequestConfig,
} from './client-types.ts';
import { createInterceptors } from './interceptors.ts';
import { requestHeaders } from './request-headers.ts';
import { requestTarget } from './request-target.ts';
import { retrying } from './retrying.ts';
import { answerOf, toMethod, toRequest, withoutUndefined } from './send-request.ts';
import { assertSupported } from './supported-options.ts';

/**
 * A client over Ferrule's transport that is used like an axios instance: with deadlines, size limits and the egress policy of the
 * transport, confined to the origin of `baseUrl`, and with errors that hold no credentials.
 */
export function createClient(props: ClientProps = {}): HttpClient {
  const { tls, egress, limits, timeouts, lookup, retryConfig } = props;
  const transport = createLazyTransport(withoutUndefined({ tls, egress, limits, timeouts, lookup }));
  const defaults = toDefaults(props);
  const requests = createInterceptors<PreparedConfig>();
  const responses = createInterceptors<HttpClientResponse>();
  const log = props.debug === true ? (props.log ?? writeToConsole) : undefined;

  const sendOnce = async (config: RequestConfig): Promise<HttpClientResponse> => {
    const { request, shown } = await toRequest(config);
    log?.(`${shown.method} ${shown.url} ${JSON.stringify(shown.headers)}`);
    const response = await answerOf(await transport.get(), request, config, shown);
    log?.(`${shown.method} ${shown.url} ${response.status} in ${response.duration} ms`);
    const validate = config.validateStatus;
    if (validate === null || (validate ?? isSuccess)(response.status)) return response;
    throw statusFailure(response);
  };

  const send = async (config: RequestConfig): Promise<HttpClientResponse> => {
    if (retryConfig === undefined) return sendOnce(config);
    const request = { method: toMethod(config), signal: config.signal };
    const { systemClock } = await import('../../../transport.ts');
    return retrying(() => sendOnce(config), request, retryConfig, systemClock);
  };

  const request = async (given: RequestConfig): Promise<HttpClientResponse> => {
    assertSupported(given);
    const prepared = requests.run(Promise.resolve(merge(defaults, given)), 'last first');
    return responses.run(prepared.then(send), 'as added');
  };

  return withMethods(request, {
    defaults,
    interceptors: { request: requests, response: responses },
    getUri: (config = {}) => requestTarget(merge(defaults, config)).url,
    close: () => transport.close(),
  });
}

/** The transport is loaded with the first request: most files that import a client never send one. */
function createLazyTransport(options: TransportOptions): {
  get(): Promise<HttpTransport>;
  close(): Promise<void>;
} {
  let opened: Promise<HttpTransport> | undefined;
  const open = async () => (await import('../../../transport.ts')).createTransport(options);
  return {
    get: () => {
      opened ??= open();
      return opened;
    },
    close: async () => (await opened)?.close(),
  };
}

function toDefaults(props: ClientProps): HttpClient['defaults'] {
  const { baseUrl, responseType, headers, params, timeout, allowOtherOrigins } = props;
  return {
    baseURL: baseUrl,
    responseType,
    params,
    timeout,
    allowOtherOrigins,
    headers: { ...headers, common: { Accept: 'application/json, text/plain, */*' } },
  };
}

/** Parameters and headers of both; of everything else the request's. */
function merge(defaults: HttpClient['defaults'], given: RequestConfig): PreparedConfig {
  const said = withoutUndefined(given);
  const both =
    defaults.params !== undefined && said.params !== undefined && !(said.params instanceof URLSearchParams);
  const params = both ? { ...defaults.params, ...said.params } : (said.params ?? defaults.params);
  const headers = Object.fromEntries(requestHeaders(toMethod(said), defaults.headers, said.headers).pairs());
  return { ...defaults, ...said, params, headers };
}

function withMethods(
  request: (config: RequestConfig) => Promise<HttpClientResponse>,
  rest: Pick<HttpClient, 'defaults' | 'interceptors' | 'getUri' | 'close'>,
): HttpClient {
  const bare = (method: string) => (url: string, config?: RequestConfig) =>
    request({ ...config, method, url });
  const withData = (method: string, headers?: Record<string, string>) => {
    return (url: string, data?: unknown, config?: RequestConfig) =>
      request({ ...config, method, url, data, headers: { ...config?.headers, ...headers } });
  };
  const multipart = { 'Content-Type': 'multipart/form-data' };
  const call = (first: string | RequestConfig, config?: RequestConfig) =>
    request(typeof first === 'string' ? { ...config, url: first } : first);
  return Object.assign(call, {
    ...rest,
    request,
    get: bare('GET'),
    delete: bare('DELETE'),
    head: bare('HEAD'),
    options: bare('OPTIONS'),
    post: withData('POST'),
    put: withData('PUT'),
    patch: withData('PATCH'),
    postForm: withData('POST', multipart),
    putForm: withData('PUT', multipart),
    patchForm: withData('PATCH', multipart),
  });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function writeToConsole(message: string): void {
  // biome-ignore lint/suspicious/noConsole: whoever asks for debug without a log wants to read it there
  console.log(message);
}
