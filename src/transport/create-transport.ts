import { type Clock, systemClock } from '../base/clock.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { createChannel } from './create-channel.ts';
import { createEgressPolicy, type EgressOptions } from './egress/egress-policy.ts';
import { createProxyChoice, type ProxySetting } from './proxies/proxy-choice.ts';
import { withRedirects } from './redirects/redirects.ts';
import { toCredentialPlaces, toMethod, toSecretFinder, toSendableUrl } from './sendable-request.ts';
import type { Lookup } from './sockets/connector.ts';
import { assertSocketPath, type SocketPath } from './sockets/unix-socket.ts';
import type {
  Channel,
  CredentialPlaces,
  HeaderPair,
  HttpResponse,
  Limits,
  Timeouts,
  Transport,
} from './transport.ts';
import { assertCount, withLimits, withTimeouts } from './transport-options.ts';
import { createTrust, type TrustOptions } from './trust/trust.ts';
import { createUndiciTransport } from './wire/undici-transport.ts';

/** Whom to trust and which certificate to show. An object is read when it is first used, and once. */
export type TlsOptions = Omit<TrustOptions, 'pointers' | 'nowMs'>;

/** What a request may decide for itself, and the transport for all requests that say nothing. */
export interface SendOptions {
  /** Redirects are followed only when asked for, at most so many. */
  readonly redirect?: {
    readonly maxRedirects: number;
    /** Send cookies that are set on the way back to the origin that set them; default false. */
    readonly cookies?: boolean;
  };
  readonly limits?: Partial<Limits>;
  readonly timeouts?: Partial<Timeouts>;
  readonly tls?: TlsOptions;
  /** Which addresses may be reached; link-local and metadata addresses are refused by default. */
  readonly egress?: EgressOptions;
  /** Offer HTTP/2 in the TLS handshake; default false. */
  readonly http2?: boolean;
  /**
   * The proxy to go through, or one for each scheme; false for none where the transport has one. Its own address is
   * judged by `egress` like any other. An object is read when it is first used, and once.
   */
  readonly proxy?: ProxySetting | false;
  /**
   * Absolute path of a UNIX socket that leads to the origin of the URL; redirects to other origins leave it. `egress` has
   * to allow it.
   */
  readonly socketPath?: string;
}

export interface TransportOptions extends SendOptions {
  /** Sockets per origin; default 128. */
  readonly connectionsPerOrigin?: number;
  /** How host names are resolved; the operating system's resolver by default. */
  readonly lookup?: Lookup;
  /**
   * What requests leave by: the adapter for undici by default, or that of `ferrule/got`, which then resolves names itself.
   * One that was passed in is not closed, and what runs over it then goes on.
   */
  readonly adapter?: Transport;
  readonly clock?: Clock;
}

export interface TransportRequest extends SendOptions {
  /** Default GET. */
  readonly method?: string;
  /** Absolute, http or https, without user info. */
  readonly url: string | URL;
  /** Sent in this order; a name may occur several times. */
  readonly headers?: readonly HeaderPair[];
  readonly body?: Uint8Array | string;
  /**
   * What stays behind when a redirect leads to another origin. When `headers` is left out, that is every header but
   * those that say what is asked for and how, such as Accept. A body never goes to another origin.
   */
  readonly credentials?: Partial<CredentialPlaces>;
  /** Milliseconds for everything, redirects and body included: the same as `timeouts.totalMs`, and before it. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** The body will be read as a stream: the deadline then ends at the head of the answer. Default false. */
  readonly streaming?: boolean;
}

/** Sends requests by all rules of the transport, without any definition. Holds sockets; close it when done. */
export interface HttpTransport {
  /**
   * The head of the answer, and its body as a stream that must be read or cancelled. 4xx and 5xx are answers.
   * @throws FerruleError of stage `send` or `read`; OPTIONS_INVALID, CERTIFICATE_INVALID for options
   */
  send(request: TransportRequest): Promise<HttpResponse>;
  /** Ends what runs and closes every socket. Safe to call twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const noRedirects: NonNullable<SendOptions['redirect']> = { maxRedirects: 0 };
const DEFAULT_CONNECTIONS_PER_ORIGIN = 128;

/** A transport of its own. It loads and opens nothing until the first request. */
export function createTransport(options: TransportOptions = {}): HttpTransport {
  const clock = options.clock ?? systemClock;
  const connectionsPerOrigin = options.connectionsPerOrigin ?? DEFAULT_CONNECTIONS_PER_ORIGIN;
  assertCount('connectionsPerOrigin', connectionsPerOrigin, 1);
  const limits = withLimits(undefined, options.limits);
  const timeouts = withTimeouts(undefined, options.timeouts);
  const trustOf = remember((tls: TlsOptions) => createTrust({ ...tls, ...pointers, nowMs: clock.now() }));
  // Equal except for the certificate, and remembered for as long as the options it was made of.
  const strangerOf = remember((tls: TlsOptions) =>
    createTrust({ ...tls, ...pointers, clientCertificate: null }),
  );
  const egressOf = remember(createEgressPolicy);
  const readProxy = (setting: ProxySetting) =>
    createProxyChoice(setting, {
      pointer: '/proxy',
      code: 'OPTIONS_INVALID',
      nowMs: clock.now(),
      isExempt: false,
    });
  const proxiesOf = remember(readProxy);
  const shared = { tls: options.tls ?? {}, egress: options.egress ?? {} };
  const transport = withRedirects(
    options.adapter ?? createUndiciTransport(options.lookup === undefined ? {} : { lookup: options.lookup }),
  );

  const toChannel = (
    request: TransportRequest,
    url: string,
    own: Limits,
    { connectMs }: Timeouts,
  ): Channel => {
    const proxy = request.proxy ?? options.proxy ?? false;
    const path = request.socketPath ?? options.socketPath;
    const tls = request.tls ?? shared.tls;
    const parts = {
      egress: egressOf(request.egress ?? shared.egress),
      http2: request.http2 ?? options.http2 ?? false,
      connectionsPerOrigin,
      connectTimeoutMs: connectMs,
      maxHeaderBytes: own.maxHeaderBytes,
      ...(proxy === false
        ? {}
        : { proxies: typeof proxy === 'object' ? proxiesOf(proxy) : readProxy(proxy) }),
      ...(path === undefined ? {} : { socketPath: toSocketPath(path, url) }),
    };
    const channel = createChannel({ ...parts, trust: trustOf(tls) });
    if (!tls.clientCertificate) return channel;
    return { ...channel, abroad: createChannel({ ...parts, trust: strangerOf(tls) }) };
  };

  let closed = false;
  const send = async (request: TransportRequest): Promise<HttpResponse> => {
    if (closed) throw new FerruleError('ENGINE_CLOSED', 'the transport is closed', { stage: 'send' });
    const { headers = [], body, credentials, deadlineMs, signal, streaming = false } = request;
    const ownLimits = withLimits(limits, request.limits);
    const given = deadlineMs === undefined ? request.timeouts : { ...request.timeouts, totalMs: deadlineMs };
    const ownTimeouts = withTimeouts(timeouts, given);
    const { maxRedirects, cookies } = request.redirect ?? options.redirect ?? noRedirects;
    assertCount('redirect.maxRedirects', maxRedirects, 0);
    const places = toCredentialPlaces(headers, credentials);
    const url = toSendableUrl(request.url);
    return transport.send(
      {
        method: toMethod(request.method ?? 'GET'),
        url,
        headers,
        body,
        credentials: places,
      },
      {
        channel: toChannel(request, url, ownLimits, ownTimeouts),
        limits: ownLimits,
        timeouts: ownTimeouts,
        maxRedirects,
        keepsCookies: cookies,
        signal,
        clock,
        streaming,
        ...(maxRedirects > 0 ? { isSecretText: toSecretFinder(headers, places) } : {}),
      },
    );
  };

  const close = async () => {
    closed = true;
    if (options.adapter === undefined) await transport.close();
  };
  return { send, close, [Symbol.asyncDispose]: close };
}

/** Where certificates stand, for messages: in the options, not in a definition. */
const pointers = {
  pointers: {
    caCert: '/tls/caCert',
    clientCertificate: '/tls/clientCertificate',
    fingerprint256: '/tls/fingerprint256',
  },
};

function toSocketPath(path: string, url: string): SocketPath {
  assertSocketPath(path, { pointer: '/socketPath', code: 'OPTIONS_INVALID' });
  return { path, origin: new URL(url).origin };
}

/** Reading certificates and host patterns takes longer than a request, so each object is read once. */
function remember<Options extends object, Result>(
  create: (options: Options) => Result,
): (options: Options) => Result {
  const known = new WeakMap<Options, Result>();
  return options => {
    const found = known.get(options) ?? create(options);
    known.set(options, found);
    return found;
  };
}
