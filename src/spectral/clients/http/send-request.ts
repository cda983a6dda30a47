import { FerruleError } from '../../../errors.ts';
import type { HttpTransport, TransportRequest } from '../../../transport.ts';
import { asClientFailure } from './client-failure.ts';
import type { HttpClientResponse, RequestConfig, ShownRequest } from './client-types.ts';
import { requestBody } from './request-body.ts';
import { type RequestHeaders, requestHeaders } from './request-headers.ts';
import { requestTarget } from './request-target.ts';
import { responseData, responseHeaders } from './response-data.ts';
import { shownRequest } from './shown-request.ts';

const DEFAULT_REDIRECTS = 5;

/** The request as the transport takes it, and as it may be shown. */
export async function toRequest(
  config: RequestConfig,
): Promise<{ readonly request: TransportRequest; readonly shown: ShownRequest }> {
  const method = toMethod(config);
  const { url, credentials } = requestTarget(config);
  const headers = requestHeaders(method, {}, config.headers);
  headers.setIfMissing('User-Agent', 'ferrule');
  authorize(headers, config.auth ?? credentials);
  const body = await requestBody(config.data, method, headers);
  const request = withoutUndefined({
    method,
    url,
    headers: headers.pairs(),
    body,
    // Any parameter may be a key.
    credentials: { query: [...new URL(url).searchParams.keys()] },
    redirect: { maxRedirects: config.maxRedirects ?? DEFAULT_REDIRECTS },
    limits: config.maxContentLength === undefined ? undefined : toLimits(config.maxContentLength),
    deadlineMs: config.timeout || undefined,
    signal: config.signal,
    streaming: config.responseType === 'stream',
  });
  return { request, shown: shownRequest(method, url, request.headers) };
}

/** Sends it and reads the answer, whatever its status. */
export async function answerOf(
  transport: HttpTransport,
  request: TransportRequest,
  config: RequestConfig,
  shown: ShownRequest,
): Promise<HttpClientResponse> {
  const { STATUS_CODES } = process.getBuiltinModule('node:http');
  try {
    const response = await transport.send(request);
    return {
      data: await responseData(response, config.responseType),
      status: response.statusCode,
      statusText: STATUS_CODES[response.statusCode] ?? '',
      headers: responseHeaders(response),
      config: shown,
      duration: Math.round(response.firstByteMs),
    };
  } catch (error) {
    throw error instanceof FerruleError ? asClientFailure(error, shown) : error;
  }
}

function authorize(headers: RequestHeaders, auth: RequestConfig['auth']): void {
  if (auth === undefined) return;
  headers.set(
    'Authorization',
    `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`,
  );
}

function toLimits(bytes: number): NonNullable<TransportRequest['limits']> {
  return bytes < 0 ? {} : { maxResponseBytes: bytes, maxDecompressedBytes: bytes };
}

export function toMethod({ method }: RequestConfig): string {
  return (method ?? 'GET').toUpperCase();
}

/** Undefined says nothing: what is not said is left to the defaults. */
export function withoutUndefined<T extends object>(
  values: T,
): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>;
  };
}
