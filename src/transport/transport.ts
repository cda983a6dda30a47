import type { Clock } from '../base/clock.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import type { EgressPolicy } from './egress/egress-policy.ts';
import type { SecretHosts } from './egress/secret-hosts.ts';
import type { Witness } from './observation/witness.ts';
import type { WaitSource } from './pacing/retry-delay.ts';
import type { ConnectTimes, PhaseTimings } from './phases.ts';
import type { ProxyChoice } from './proxies/proxy-choice.ts';
import type { SocketPath } from './sockets/unix-socket.ts';
import type { TrustPlan } from './trust/trust.ts';

/** A header as it stands on the wire: name, value. Order and repetition are kept. */
export type HeaderPair = readonly [name: string, value: string];

/** Which parts of a request carry a secret or a token, so that a redirect can leave them behind. */
export interface CredentialPlaces {
  /** Lower-case header names. `authorization`, `proxy-authorization` and `cookie` count always. */
  readonly headers: readonly string[];
  /** Names of query parameters. */
  readonly query: readonly string[];
  /** True when the body or the path contains a secret. */
  readonly body: boolean;
  /** True when a signature covers the URL: at another URL of the same origin the request would be refused. */
  readonly signed?: boolean;
  /** Names of the secrets that went into the request, for those that are bound to hosts. */
  readonly secrets?: readonly string[];
}

/** One request, ready for the wire. Nothing in it is a template any more. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** Absolute http or https URL as `new URL(…).href` gives it, without user info and fragment. */
  readonly url: string;
  readonly headers: readonly HeaderPair[];
  readonly body?: Uint8Array | string | undefined;
  readonly credentials: CredentialPlaces;
}

/** Sizes at which a response is refused; 0 is not "unlimited", `Infinity` is. Defaults: `definition/defaults.ts`. */
export interface Limits {
  /** Bytes of the body as received. */
  readonly maxResponseBytes: number;
  /** Bytes of the body after decompression. */
  readonly maxDecompressedBytes: number;
  /** Decompressed bytes per received byte, judged from 1 MiB decompressed on. */
  readonly maxDecompressionRatio: number;
  /** Bytes of the response head. */
  readonly maxHeaderBytes: number;
  /** Bytes of one streamed event, line or value. */
  readonly maxEventBytes: number;
}

/** Durations in milliseconds. Defaults: `definition/defaults.ts`. */
export interface Timeouts {
  /** DNS, TCP and TLS together, for one connection attempt. */
  readonly connectMs: number;
  /** From the request sent to the complete response head. */
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly bodyIdleMs: number;
  /** The whole call: redirects, token requests, retries and (unless streaming) the body. */
  readonly totalMs: number;
}

/** Where a connection led, and how long each part of opening it took. */
export interface ConnectPhases extends ConnectTimes {
  readonly host: string;
  readonly address?: string;
  /** Negotiated TLS version, such as `TLSv1.3`. */
  readonly tlsVersion?: string;
}

/**
 * Where the sockets of a connection come from. Two requests share a socket only when their channels have the
 * same `key`, so a socket opened under one trust and policy is never lent to another.
 */
export interface Channel {
  /** Equal keys mean: equal trust, equal policy, equal options. */
  readonly key: string;
  readonly trust: TrustPlan;
  readonly egress: EgressPolicy;
  readonly connectTimeoutMs: number;
  /** Sockets per origin. */
  readonly connectionsPerOrigin: number;
  /** Offer HTTP/2 in the TLS handshake. Costs 40-60 % more CPU per request than HTTP/1.1, so false by default. */
  readonly http2: boolean;
  readonly maxHeaderBytes: number;
  /** The proxies between here and the targets; none when left out. Whoever opens sockets for a channel goes by it. */
  readonly proxies?: ProxyChoice | undefined;
  /** The UNIX socket that one of the origins is reached by. */
  readonly socketPath?: SocketPath | undefined;
  /**
   * The channel for redirects that leave the origin, when it is another one: the same without the client certificate,
   * which is a credential too.
   */
  readonly abroad?: Channel;
  /** Called after each opened connection, for connection tests. A channel with a listener is never shared. */
  readonly onConnect?: (phases: ConnectPhases) => void;
}

export interface SendContext {
  readonly channel: Channel;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  /**
   * When the whole call ends, on the scale of `clock.monotonicNow()`, for a call of several requests.
   * `timeouts.totalMs` after `send` when left out.
   */
  readonly deadlineAtMs?: number | undefined;
  /** At most this many redirects are followed; 0 returns the 3xx answer as it is. */
  readonly maxRedirects: number;
  /** Cookies that an answer of a redirect chain sets go along with its later requests; false when left out. */
  readonly keepsCookies?: boolean | undefined;
  /** Told the value of each cookie that is kept: it is a credential. */
  readonly onCookie?: ((value: string) => void) | undefined;
  /** Aborts the request and, until it is consumed, the body. Its reason becomes the cause of ABORTED. */
  readonly signal?: AbortSignal | undefined;
  readonly clock: Clock;
  /** True when a caller will consume the body as a stream: the total deadline then ends at the response head. */
  readonly streaming: boolean;
  /** The hosts that secrets are bound to; left out when none is bound to any. */
  readonly secretHosts?: SecretHosts | undefined;
  /** Texts that must not reach another origin inside a redirect's Location. */
  readonly isSecretText?: (text: string) => boolean;
  /**
   * The request once more for another attempt, with a valid token, a fresh signature or nonce. The same request is sent
   * again when left out. It holds credentials, so it is never asked for a request that a redirect has led elsewhere.
   */
  readonly renewRequest?: (() => Promise<HttpRequest>) | undefined;
  /** Told what retries and queues do, as it happens. */
  readonly observer?: SendObserver | undefined;
  /** Counts the requests of one call on the wire, for tracing; redirects and retries count like the first. */
  readonly tally?: { requests: number } | undefined;
  /** Shown every single request as it begins, with all its secrets; the rest is filled in as it happens. */
  readonly witness?: Witness | undefined;
}

/** An attempt that came to nothing. */
export interface EndedAttempt {
  /** Left out when no answer came. */
  readonly statusCode?: number;
  /** Why no answer came. */
  readonly error?: ErrorCode;
  /** From send to the head of the answer or to the failure. Milliseconds. */
  readonly durationMs: number;
  /** Where that time went, as far as it is known. */
  readonly timings?: Partial<PhaseTimings> | undefined;
}

/** How long the next attempt waits, and what that goes by. */
export interface RetryWait {
  readonly source: WaitSource;
  readonly waitMs: number;
}

/**
 * Why an attempt was the last although its outcome is one that is retried: the request may not be repeated, as many
 * attempts as allowed were made, there is no time left to wait as long as it takes, the retry budget is spent.
 */
export type RetryRefusal = 'not-repeatable' | 'attempts' | 'time' | 'budget';

/** Called synchronously, and must not throw. */
export interface SendObserver {
  /** Another attempt follows after the wait, which has not begun yet. */
  retrying(attempt: EndedAttempt, wait: RetryWait): void;
  retryRefused(why: RetryRefusal): void;
  /** The request waited so long for its turn, successfully or not. Milliseconds. */
  queued(waitMs: number): void;
}

export type ProbeContext = Pick<SendContext, 'channel' | 'clock' | 'signal'>;

/** A redirect that was followed. URLs without query and user info. */
export interface RedirectHop {
  readonly statusCode: number;
  readonly from: string;
  readonly to: string;
  /** True when credentials were left behind because the origin changed. */
  readonly credentialsDropped: boolean;
}

export interface HttpResponse {
  readonly statusCode: number;
  /** As received: order, letter case and repetition kept. */
  readonly headers: readonly HeaderPair[];
  /** The URL that answered, after redirects. */
  readonly url: string;
  readonly redirects: readonly RedirectHop[];
  /** Milliseconds from send to the response head, redirects included. */
  readonly firstByteMs: number;
  /** Where that time went; of redirects the sum. Left out by a transport that does not measure it. */
  readonly timings?: PhaseTimings;
  /** `1.1` or `2`; left out by a transport that does not know it. */
  readonly httpVersion?: string;
  /** The address that was connected to. Left out behind a proxy or UNIX socket, and by a transport that does not know it. */
  readonly remoteAddress?: string | undefined;
  /** The reason phrase as received; HTTP/2 has none. */
  readonly statusText?: string;
  readonly body: ResponseBody;
}

/**
 * The body, decompressed and limited. It must be consumed or cancelled, once.
 * Iterating applies backpressure to the socket; ending the iteration early closes it.
 */
export interface ResponseBody extends AsyncIterable<Uint8Array> {
  /** Bytes received so far, before decompression; left out by a transport that does not count them. */
  readonly receivedBytes?: number;
  /** The whole body in memory. */
  bytes(): Promise<Uint8Array>;
  /**
   * The whole body, consumed, when it has already arrived and needs no decompression; otherwise undefined, and the
   * body can still be read. Saves a wait; a transport may do without it.
   */
  bytesAtHand?(): Uint8Array | undefined;
  /** Drops what has not been read. Safe to call at any time, any number of times. */
  cancel(): void;
}

/**
 * How requests leave and answers come back. Every failure is a FerruleError of the codes of stage `send` or `read`.
 * A 4xx or 5xx answer is an answer.
 */
export interface Transport {
  send(request: HttpRequest, context: SendContext): Promise<HttpResponse>;
  /** Opens a socket of its own to the origin of `url`, tells how that went, and closes it. For connection tests. */
  probe(url: string, context: ProbeContext): Promise<ConnectPhases>;
  /** Closes the idle sockets of a channel; running requests finish. */
  release(channelKey: string): Promise<void>;
  /** Aborts what runs and closes every socket. */
  close(): Promise<void>;
}
