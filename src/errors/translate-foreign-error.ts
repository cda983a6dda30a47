import type { ErrorCode } from './error-codes.ts';
import { FerruleError } from './ferrule-error.ts';

/** What Ferrule was doing, and with whom, when foreign code failed. */
export interface ForeignErrorPlace {
  readonly host: string;
  readonly port: number;
  /** `connect` until the socket is ready, `send` until the response head, `read` after it. */
  readonly phase: 'connect' | 'send' | 'read';
  /** Whether the connection is one over TLS. */
  readonly secure?: boolean;
  /** The limit to name when the head was too long. Bytes. */
  readonly maxHeaderBytes?: number;
  /** Facts to keep beside host and port. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One row of the translation: code, the sentence after "host:port", and `retryable` where the code table does not fit. */
type Row = readonly [code: ErrorCode, sentence: string, retryable?: boolean];

const untrusted = (sentence: string): Row => ['TLS_CERTIFICATE_UNTRUSTED', sentence];

/** Errors that mean the same in every phase. */
const rows: Readonly<Record<string, Row>> = {
  // A name that does not exist will not exist a second later either.
  ENOTFOUND: ['DNS_FAILED', 'the host name does not exist', false],
  ENODATA: ['DNS_FAILED', 'the host name has no address', false],
  EAI_AGAIN: ['DNS_FAILED', 'the resolver did not answer'],
  EAI_NODATA: ['DNS_FAILED', 'the host name has no address', false],

  ECONNREFUSED: ['CONNECT_REFUSED', 'nothing accepts connections there'],
  UND_ERR_CONNECT_TIMEOUT: ['CONNECT_TIMEOUT', 'no connection in time'],
  EHOSTUNREACH: ['CONNECTION_FAILED', 'the host cannot be reached'],
  EHOSTDOWN: ['CONNECTION_FAILED', 'the host is down'],
  ENETUNREACH: ['CONNECTION_FAILED', 'the network cannot be reached'],
  ENETDOWN: ['CONNECTION_FAILED', 'the network is down'],
  EADDRNOTAVAIL: ['CONNECTION_FAILED', 'the address cannot be used from here'],
  EMFILE: ['CONNECTION_FAILED', 'this process has too many open files'],
  ENFILE: ['CONNECTION_FAILED', 'this machine has too many open files'],

  CERT_HAS_EXPIRED: ['TLS_CERTIFICATE_EXPIRED', 'the server certificate, or one it depends on, has expired'],
  CERT_NOT_YET_VALID: [
    'TLS_CERTIFICATE_EXPIRED',
    'the server certificate, or one it depends on, is not valid yet',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted('the server certificate is self-signed and not in caCert'),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted('the root certificate of the chain is not trusted'),
  UNABLE_TO_GET_ISSUER_CERT: untrusted('a certificate of the chain was signed by an unknown authority'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted(
    'the server certificate was signed by an authority that is not trusted',
  ),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted(
    'the authority that signed the server certificate is not trusted, or the server leaves out the intermediate certificate',
  ),
  CERT_SIGNATURE_FAILURE: untrusted('the signature of the server certificate is wrong'),
  CERT_UNTRUSTED: untrusted('the server certificate is not trusted'),
  CERT_REJECTED: untrusted('the server certificate was rejected'),
  CERT_REVOKED: untrusted('the server certificate was revoked'),
  CERT_CHAIN_TOO_LONG: untrusted('the certificate chain of the server is too long'),
  INVALID_CA: untrusted('a certificate of the chain may not sign others'),
  INVALID_PURPOSE: untrusted('the server certificate is not meant for servers'),
  PATH_LENGTH_EXCEEDED: untrusted('the certificate chain is longer than its authority allows'),
  CERT_EE_KEY_TOO_SMALL: untrusted('the key of the server certificate is too small'),
  ERR_TLS_CERT_ALTNAME_INVALID: ['TLS_HOST_MISMATCH', 'the server certificate is for another host'],
  HOSTNAME_MISMATCH: ['TLS_HOST_MISMATCH', 'the server certificate is for another host'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['TLS_FAILED', 'the port does not speak TLS; is the URL meant to be http?'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['TLS_FAILED', 'the port does not speak TLS; is the URL meant to be http?'],
  ERR_SSL_UNSUPPORTED_PROTOCOL: ['TLS_FAILED', 'the server offers only TLS versions that are not allowed'],
  ALERT_CERTIFICATE_REQUIRED: ['TLS_FAILED', 'the server requires a client certificate'],
  ALERT_BAD_CERTIFICATE: ['TLS_FAILED', 'the server refused the client certificate'],
  ALERT_CERTIFICATE_UNKNOWN: ['TLS_FAILED', 'the server refused the client certificate'],
  ALERT_CERTIFICATE_EXPIRED: ['TLS_FAILED', 'the client certificate has expired, the server says'],
  ALERT_UNKNOWN_CA: ['TLS_FAILED', 'the server does not know the authority of the client certificate'],
  ALERT_PROTOCOL_VERSION: ['TLS_FAILED', 'the server does not accept the offered TLS versions'],
  ALERT_HANDSHAKE_FAILURE: [
    'TLS_FAILED',
    'the server broke off the TLS handshake; it may require a client certificate, another version or cipher',
  ],

  UND_ERR_HEADERS_TIMEOUT: ['HEADERS_TIMEOUT', 'no answer in time'],
  UND_ERR_BODY_TIMEOUT: ['BODY_TIMEOUT', 'the answer stalled'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['BODY_TRUNCATED', 'the body does not have the announced length'],
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: [
    'HEADER_INVALID',
    'the Content-Length header does not match the body of the request',
  ],
  UND_ERR_INVALID_ARG: ['HEADER_INVALID', 'the request holds a header or path that cannot be sent'],
  ERR_INVALID_CHAR: ['HEADER_INVALID', 'the request holds a header that cannot be sent'],
  ERR_INVALID_HTTP_TOKEN: ['HEADER_INVALID', 'the request holds a method or header name that cannot be sent'],
  ERR_INVALID_PROTOCOL: ['OPTIONS_INVALID', 'the agent given for this scheme is one for another'],
  UND_ERR_NOT_SUPPORTED: ['HEADER_INVALID', 'the request holds a header that cannot be sent'],
  UND_ERR_ABORTED: ['ABORTED', 'the request was aborted'],
  ABORT_ERR: ['ABORTED', 'the request was aborted'],
  UND_ERR_DESTROYED: ['ENGINE_CLOSED', 'the transport was closed'],
  UND_ERR_CLOSED: ['ENGINE_CLOSED', 'the transport was closed'],

  Z_BUF_ERROR: ['BODY_TRUNCATED', 'the compressed body ends early'],
};

const CLIENT_CERTIFICATE_HINT =
  'Put a client certificate that the server accepts, with its key, into tls.clientCertificate.';
const VERSION_HINT = 'Set tls.minVersion to a version that the server speaks, or have the server updated.';
const WEAK_KEY_HINT =
  'The server needs a certificate with a stronger key: RSA with at least 2048 bits, or EC.';

/** What to do, where that of the code table is too general. */
const hints: Readonly<Record<string, string>> = {
  ERR_SSL_UNSUPPORTED_PROTOCOL: VERSION_HINT,
  ALERT_PROTOCOL_VERSION: VERSION_HINT,
  ALERT_CERTIFICATE_REQUIRED: CLIENT_CERTIFICATE_HINT,
  ALERT_BAD_CERTIFICATE: CLIENT_CERTIFICATE_HINT,
  ALERT_CERTIFICATE_UNKNOWN: CLIENT_CERTIFICATE_HINT,
  ALERT_CERTIFICATE_EXPIRED: CLIENT_CERTIFICATE_HINT,
  ALERT_UNKNOWN_CA: CLIENT_CERTIFICATE_HINT,
  ALERT_HANDSHAKE_FAILURE:
    'Find out whether the server asks for a client certificate (tls.clientCertificate) or other TLS versions.',
  CERT_EE_KEY_TOO_SMALL: WEAK_KEY_HINT,
};

/** Socket errors whose meaning depends on when they happen. */
const lostSocket = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT', 'UND_ERR_SOCKET']);

/**
 * The FerruleError for an error of Node, OpenSSL, zlib or undici; a FerruleError stays itself.
 * The message names host and port, never text that the other side or the author wrote. `cause` is the original.
 */
export function translateForeignError(error: unknown, place: ForeignErrorPlace): FerruleError {
  if (error instanceof FerruleError) return error;
  const culprit = mostTelling(error);
  const row = toRow(culprit, place);
  const hint = toHint(culprit, row[0], place);
  const names = certificateNames(culprit);
  return new FerruleError(row[0], `${place.host}:${place.port}: ${row[1]}`, {
    ...(place.phase === 'read' ? { stage: 'read' as const } : {}),
    ...(row[2] === undefined ? {} : { retryable: row[2] }),
    ...(hint === undefined ? {} : { hint }),
    ...(names === undefined ? {} : { expected: `a certificate for ${place.host}`, found: names }),
    details: {
      host: place.host,
      port: place.port,
      ...(row[0] === 'LIMIT_EXCEEDED' ? { limit: 'maxHeaderBytes', value: place.maxHeaderBytes } : {}),
      ...place.details,
      ...(isUnprocessed(culprit, place) ? { requestSent: false } : {}),
    },
    cause: error,
  });
}

function toRow(error: unknown, place: ForeignErrorPlace): Row {
  const code = codeOf(error);
  if (lostSocket.has(code) && !isUnprocessed(error, place)) return lostRow(code, messageOf(error), place);
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return [
      'LIMIT_EXCEEDED',
      `the response head is larger than limits.maxHeaderBytes (${place.maxHeaderBytes ?? 'unknown'} bytes)`,
    ];
  }
  if (code === 'UND_ERR_INVALID_ARG' && messageOf(error).endsWith(' path')) {
    return ['URL_INVALID', 'the path of the request holds characters that a URL cannot hold'];
  }
  const reset = toResetRow(error, place);
  if (reset !== undefined) return reset;
  // undici names its parser's errors by class only; llhttp's reason is in the text.
  if (error instanceof Error && error.name === 'HTTPParserError') return parserRow(messageOf(error), place);
  const name = nameOf(error);
  const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
  return row ?? familyRow(code, place);
}

/** The name under which `rows` and `hints` know an error. */
function nameOf(error: unknown): string {
  const code = codeOf(error);
  // Node has no code for these verdicts of OpenSSL, only their text.
  if (code === 'UNSPECIFIED' && /certificate key too weak/.test(messageOf(error))) {
    return 'CERT_EE_KEY_TOO_SMALL';
  }
  // OpenSSL's alerts carry the version of TLS that introduced them, and not always the same one.
  return code.replace(/^ERR_SSL_(?:SSLV3|SSL\/TLS|TLSV1|TLSV13)_ALERT_/, 'ALERT_');
}

function toHint(error: unknown, code: ErrorCode, { secure, phase }: ForeignErrorPlace): string | undefined {
  const name = nameOf(error);
  if (Object.hasOwn(hints, name)) return hints[name];
  const isClosed = code === 'CONNECTION_LOST' || code === 'CONNECTION_FAILED';
  if (secure !== true || phase === 'read' || !isClosed || !lostSocket.has(name)) return undefined;
  return 'Try again. A server that misses or refuses a client certificate may close like this too: see tls.clientCertificate.';
}

function lostRow(code: string, message: string, place: ForeignErrorPlace): Row {
  // undici reports two breaches of the protocol as socket errors, told apart by their text only.
  if (code === 'UND_ERR_SOCKET' && message.startsWith('bad ')) {
    return ['PROTOCOL_ERROR', 'the server sent an answer nobody asked for, or switched protocols'];
  }
  if (place.phase === 'connect') {
    return code === 'ETIMEDOUT'
      ? ['CONNECT_TIMEOUT', 'no connection in time']
      : ['CONNECTION_FAILED', 'the connection was closed while it was being opened'];
  }
  // Node tells a plain close in the middle of a body as a reset, and a real one by another text.
  const isPlainClose = code === 'UND_ERR_SOCKET' || (code === 'ECONNRESET' && message === 'aborted');
  if (place.phase === 'read' && isPlainClose) {
    return ['BODY_TRUNCATED', 'the server closed the connection before the body was complete'];
  }
  return place.phase === 'read'
    ? ['CONNECTION_LOST', 'the connection was lost before the body was complete']
    : ['CONNECTION_LOST', 'the connection was closed before an answer came'];
}

function parserRow(message: string, place: ForeignErrorPlace): Row {
  if (place.phase === 'read' && message.includes('EOF')) {
    return ['BODY_TRUNCATED', 'the server closed the connection before the body was complete'];
  }
  const reason = / \(([A-Za-z0-9 /,.'"-]{1,100})\)$/.exec(message)?.[1];
  return ['PROTOCOL_ERROR', `the answer is not valid HTTP/1.1${reason === undefined ? '' : ` (${reason})`}`];
}

/** HTTP/2 error codes by which a server gives up, without blaming the request (RFC 9113 section 7). */
const NO_ERROR = 0;
const INTERNAL_ERROR = 2;
const REFUSED_STREAM = 7;
const CANCEL = 8;
/** Node's servers send it for streams beyond the number they allow. */
const ENHANCE_YOUR_CALM = 11;
const resets = new Set([NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM]);

/** The row for a stream or session that the server has reset: what a closed connection is in HTTP/1.1. */
function toResetRow(error: unknown, place: ForeignErrorPlace): Row | undefined {
  if (isUnprocessed(error, place)) {
    return ['CONNECTION_LOST', 'the server refused the request before it did anything with it'];
  }
  if (!resets.has(http2CodeOf(error) ?? Number.NaN)) return undefined;
  return place.phase === 'read'
    ? ['CONNECTION_LOST', 'the server reset the stream before the body was complete']
    : ['CONNECTION_LOST', 'the server reset the stream before an answer came'];
}

/**
 * Whether an HTTP/2 server says that it has not processed the request: REFUSED_STREAM (RFC 9113 section 8.7), or a
 * GOAWAY whose last stream comes before it (section 6.8), which undici tells by its text only.
 */
function isUnprocessed(error: unknown, { phase }: ForeignErrorPlace): boolean {
  if (phase !== 'send') return false;
  return (
    http2CodeOf(error) === REFUSED_STREAM || messageOf(error).startsWith('HTTP/2: "GOAWAY" frame received')
  );
}

function http2CodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('http2ErrorCode' in error)) return undefined;
  return typeof error.http2ErrorCode === 'number' ? error.http2ErrorCode : undefined;
}

/** Codes that come in families too large to list. */
function familyRow(code: string, place: ForeignErrorPlace): Row {
  if (code.startsWith('HPE_')) return ['PROTOCOL_ERROR', `the answer is not valid HTTP/1.1 (${code})`];
  if (code.startsWith('ERR_HTTP2_') || code.startsWith('NGHTTP2_')) {
    return ['PROTOCOL_ERROR', `the answer is not valid HTTP/2 (${code})`];
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return ['TLS_FAILED', `the TLS handshake failed (${code})`];
  }
  // zlib's codes begin with Z_, brotli's with ERR_ plus an empty prefix, zstd's with ZSTD_.
  if (/^(?:Z_|ERR__|ERR_BROTLI|ERR_ZLIB|ERR_ZSTD|ZSTD_)/.test(code)) {
    return ['BODY_ENCODING', 'the body does not match its Content-Encoding'];
  }
  if (place.phase === 'connect') return ['CONNECTION_FAILED', `the connection failed (${code || 'no code'})`];
  return ['CONNECTION_LOST', `the connection failed (${code || 'no code'})`];
}

/** Of the several failures of one connection attempt (RFC 8305), the one that says most about the server. */
function mostTelling(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const unreachable = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL']);
  return error.errors.find(each => !unreachable.has(codeOf(each))) ?? error.errors[0] ?? error;
}

/** The host names of the certificate, from the error of Node's identity check. */
function certificateNames(error: unknown): string | undefined {
  if (codeOf(error) !== 'ERR_TLS_CERT_ALTNAME_INVALID' || !(error instanceof Error)) return undefined;
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: unknown } };
  const names = cert?.subjectaltname;
  return typeof names === 'string' && names.length <= 300 ? names : undefined;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
