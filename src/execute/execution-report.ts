import type { ErrorCode } from '../errors/error-codes.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import type { ConnectTimes } from '../transport/phases.ts';
import type { RedirectHop, RetryRefusal, RetryWait } from '../transport/transport.ts';
import type { Har } from './har.ts';

/** Something worth knowing that did not stop the execution. */
export type Diagnostic = Issue;

/**
 * One request that was sent for the operation, or was about to be when the execution failed. The times of DNS, connect
 * and TLS are parts of `firstByteMs`, left out when they did not happen; with redirects they are sums.
 */
export interface Attempt extends ConnectTimes {
  /** Left out when it ended in an error. */
  readonly statusCode?: number;
  /** The code of that error. */
  readonly error?: ErrorCode;
  /** Why it was sent. */
  readonly reason: 'first' | 'token-rejected' | 'challenged' | 'retry';
  /** Milliseconds from send to the response head or the failure, without the wait and the queue. */
  readonly firstByteMs: number;
  /** True when the request went over a connection that was open already. Left out when none was reached. */
  readonly connectionReused?: boolean;
  /** Milliseconds until a connection was free or opened, beyond the time of opening the one that was used. */
  readonly blockedMs?: number;
  /** Milliseconds from the head of the answer to its last byte; left out for a body that was not received whole. */
  readonly bodyMs?: number;
  /** Of a retry: how long it waited, and what that went by. */
  readonly wait?: RetryWait;
  /** Milliseconds in the queue of the connection's rate limit; left out when it went at once. */
  readonly queuedMs?: number;
  /** Why nothing followed, when its outcome is one that `retry` names. */
  readonly notRetried?: RetryRefusal;
}

export interface TokenUse {
  /** `cache`: a token was at hand. `requested`: this call waited for the token request. */
  readonly source: 'cache' | 'requested';
  /** ISO 8601; left out for a token that never expires. */
  readonly expiresAt?: string;
}

/** Parts of the time of sending, over all attempts; what did not happen is left out. Milliseconds. */
export interface SendTimings extends ConnectTimes {
  /** In the queue of the rate limit. */
  readonly queuedMs?: number;
  /** Between the attempts. */
  readonly waitMs?: number;
}

/** Where the time of an execution went. Milliseconds. */
export interface Timings extends SendTimings {
  readonly totalMs: number;
  readonly renderMs: number;
  /** With the token request, if one was sent. */
  readonly authenticateMs: number;
  /** From send to the head of the answer, connecting, queueing, waiting and earlier attempts included. */
  readonly firstByteMs: number;
  /** Receiving and reading the body. */
  readonly bodyMs: number;
  readonly mapMs: number;
}

/** The request as sent, secrets masked. */
export interface RequestSummary {
  readonly method: string;
  readonly url: string;
}

/** The answer as received, secrets masked; only when the call asked for `debug`. */
export interface RawAnswer {
  readonly statusCode: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
}

/**
 * What happened. Serialisable. Known secrets and tokens are masked in every field but `outputs`, which is the
 * caller's data, exactly as the server gave it.
 */
export interface ExecutionReport {
  readonly connection: string;
  readonly operation: string;
  /** True for a status of 2xx. */
  readonly ok: boolean;
  readonly statusCode: number;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly request: RequestSummary;
  readonly attempts: readonly Attempt[];
  readonly redirects: readonly RedirectHop[];
  readonly token?: TokenUse;
  readonly timings: Timings;
  readonly raw?: RawAnswer;
  /** Only when the call asked for `har`. */
  readonly har?: Har;
}

/** What had happened when an execution failed; found at `error.report`. */
export interface FailedExecutionReport
  extends Pick<
    ExecutionReport,
    'connection' | 'operation' | 'diagnostics' | 'attempts' | 'redirects' | 'token' | 'timings' | 'har'
  > {
  readonly ok: false;
  /** Left out when the failure came before the request was rendered. */
  readonly request?: RequestSummary;
  /** The error as plain data. */
  readonly error: Readonly<Record<string, unknown>>;
}
