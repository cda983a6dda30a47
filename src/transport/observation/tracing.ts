import { FerruleError } from '../../errors/ferrule-error.ts';
import { HeldBody } from '../bodies/held-body.ts';
import { type PhaseTimings, timingsOfFailure } from '../phases.ts';
import type { HttpRequest, HttpResponse, SendContext, Transport } from '../transport.ts';

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** What is used of a tracer of `@opentelemetry/api`: `trace.getTracer('…')` is one. */
export interface TracerLike {
  startSpan(
    name: string,
    options: { readonly kind: number; attributes: Record<string, string | number | boolean> },
  ): SpanLike;
}

export interface SpanLike {
  spanContext(): {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceFlags: number;
    readonly traceState?: { serialize(): string } | undefined;
  };
  setAttribute(name: string, value: string | number | boolean): unknown;
  setStatus(status: { readonly code: number }): unknown;
  end(): void;
}

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR` of OpenTelemetry. */
const CLIENT = 2;
const ERROR = 2;

/** The methods that the conventions know; others count as one, so that their number stays small. */
const KNOWN_METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
]);

/**
 * One client span per request on the wire, by the HTTP semantic conventions of OpenTelemetry: from send to the end of
 * the body. The request carries it as `traceparent` (W3C Trace Context), unless it has one of its own.
 */
export function withTracing(transport: Transport, tracer: TracerLike): Transport {
  return {
    send: (request, context) => sendTraced(transport, tracer, request, context),
    probe: (url, context) => transport.probe(url, context),
    release: channelKey => transport.release(channelKey),
    close: () => transport.close(),
  };
}

async function sendTraced(
  transport: Transport,
  tracer: TracerLike,
  request: HttpRequest,
  context: SendContext,
): Promise<HttpResponse> {
  const known = KNOWN_METHODS.has(request.method);
  const resends = context.tally === undefined ? 0 : context.tally.requests++;
  const attributes = {
    ...attributesOf(request, known),
    ...(resends === 0 ? {} : { 'http.request.resend_count': resends }),
  };
  const options = { kind: CLIENT, attributes };
  const span = tracer.startSpan(known ? request.method : 'HTTP', options);
  try {
    const response = await transport.send(withTraceContext(request, span), context);
    const { statusCode, httpVersion, timings } = response;
    span.setAttribute('http.response.status_code', statusCode);
    if (httpVersion !== undefined) span.setAttribute('network.protocol.version', httpVersion);
    if (timings !== undefined) describeConnection(span, timings);
    if (statusCode >= 400) fail(span, String(statusCode));
    return { ...response, body: new HeldBody(response.body, failure => end(span, failure)) };
  } catch (error) {
    if (error instanceof FerruleError) describeConnection(span, timingsOfFailure(error.details));
    end(span, error);
    throw error;
  }
}

function end(span: SpanLike, failure: unknown): void {
  if (failure !== undefined) fail(span, failure instanceof FerruleError ? failure.code : 'INTERNAL_DEFECT');
  span.end();
}

/** The conventions have no attributes for the phases of a connection; these are Ferrule's own. */
function describeConnection(span: SpanLike, timings: Partial<PhaseTimings>): void {
  const { connectionReused, dnsMs, connectMs, tlsMs } = timings;
  if (connectionReused !== undefined) span.setAttribute('ferrule.connection.reused', connectionReused);
  if (dnsMs !== undefined) span.setAttribute('ferrule.dns.duration_ms', dnsMs);
  if (connectMs !== undefined) span.setAttribute('ferrule.connect.duration_ms', connectMs);
  if (tlsMs !== undefined) span.setAttribute('ferrule.tls.duration_ms', tlsMs);
}

/** A query may hold anything, and a path a secret: `url.full` has only what may be shown. */
function attributesOf(request: HttpRequest, known: boolean): Attributes {
  const url = new URL(request.url);
  const path = request.credentials.body ? '/REDACTED' : url.pathname;
  return {
    'http.request.method': known ? request.method : '_OTHER',
    ...(known ? {} : { 'http.request.method_original': request.method }),
    'server.address': url.hostname.replace(/^\[|\]$/g, ''),
    'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    'url.full': `${url.origin}${path}${url.search === '' ? '' : '?REDACTED'}`,
  };
}

function withTraceContext(request: HttpRequest, span: SpanLike): HttpRequest {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  // A tracer that does nothing gives zeros, which section 3.2.2.3 of Trace Context forbids to send.
  const valid = /^[\da-f]{32}$/.test(traceId) && /^[\da-f]{16}$/.test(spanId) && !/^0+$/.test(traceId);
  if (!valid || request.headers.some(([name]) => name.toLowerCase() === 'traceparent')) return request;
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0');
  const state = traceState?.serialize() ?? '';
  return {
    ...request,
    headers: [
      ...request.headers,
      ['traceparent', `00-${traceId}-${spanId}-${flags}`],
      ...(state === '' ? [] : [['tracestate', state] as const]),
    ],
  };
}

function fail(span: SpanLike, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: ERROR });
}
