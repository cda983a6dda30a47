import { version } from '../base/version.ts';
import type {
  HttpMethod,
  LimitsDefinition,
  RateLimitDefinition,
  RetryDefinition,
  TemplateTag,
  TimeoutsDefinition,
  TlsDefinition,
} from './definition.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What holds when a definition is silent. The one place; `docs/definitions.md` lists it and a test compares the two. */
export const defaults = {
  /** RFC 6750 section 2.1. */
  tokenHeader: 'Authorization',
  tokenPrefix: 'Bearer',
  clientAuth: 'www_form_urlencoded',
  /** Long enough for clocks that differ, and shorter than the three minutes some servers allow at most. */
  assertion: { lifetimeSeconds: 120 },
  hmac: {
    algorithm: 'sha256',
    keyEncoding: 'utf8',
    messageEncoding: 'utf8',
    encoding: 'hex',
    timestampFormat: 'epoch_seconds',
    nonceFormat: 'uuid',
  },
  oauth1: { signatureMethod: 'HMAC-SHA1', in: 'header', bodyHash: false },
  body: { bodyType: 'raw', raw: '' },
  testMethod: 'GET' satisfies HttpMethod,
  templateTags: ['<<>>', '{{}}'] satisfies readonly TemplateTag[],
  tls: {
    caMode: 'extend',
    clientCertificate: null,
    minVersion: 'TLSv1.2',
    serverName: null,
    fingerprint256: null,
  } satisfies TlsDefinition,
  timeouts: {
    connectMs: 10_000,
    headersMs: 60_000,
    bodyIdleMs: 60_000,
    totalMs: 120_000,
  } satisfies TimeoutsDefinition,
  limits: {
    maxResponseBytes: 64 * MIB,
    maxDecompressedBytes: 128 * MIB,
    maxDecompressionRatio: 200,
    maxHeaderBytes: 64 * KIB,
    maxEventBytes: 4 * MIB,
  } satisfies LimitsDefinition,
  /** Sent unless the definition names the same header. */
  requestHeaders: {
    accept: 'application/json, */*;q=0.8',
    'user-agent': `ferrule/${version}`,
  },
  /** What an operation with `streamResponse` accepts instead. */
  streamAccept: 'text/event-stream, application/x-ndjson, application/json;q=0.9, */*;q=0.8',
  /** The fetch standard follows 20; curl 50; ten are enough for an API. */
  redirect: { maxRedirects: 10, cookies: false },
  /** Once asked for by `retry`. The methods are those of RFC 9110 section 9.2.2. */
  retry: {
    maxAttempts: 3,
    maxElapsedMs: 60_000,
    baseDelayMs: 250,
    maxDelayMs: 10_000,
    onStatus: [408, 429, 502, 503, 504],
    waitFrom: null,
    methods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'],
  } satisfies RetryDefinition,
  /** Once asked for by `rateLimit`. */
  rateLimit: {
    requests: null,
    perMs: 1_000,
    concurrency: null,
    maxQueue: 1_000,
    maxWaitMs: 30_000,
  } satisfies RateLimitDefinition,
} as const;
