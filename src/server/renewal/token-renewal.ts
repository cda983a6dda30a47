import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../index.ts';
import type { DueToken, Store } from '../../store.ts';
import type { ConnectionPool } from '../connections/connection-pool.ts';
import type { StatusWriter } from '../connections/status-writer.ts';
import { toFerruleError } from '../error-reply.ts';
import type { Log } from '../log.ts';
import { isForNow, toPauseMs } from './renewal-pause.ts';

/** Tokens that are renewed at once. */
const BATCH = 50;
/** A server that dies leaves its claims to the others after this time; longer than any token request takes. */
const LEASE_MS = 120_000;
const EVERY_MS = 10_000;
/** Tokens that were issued together are due together: their renewals are spread over this time, unless more wait. */
const SPREAD_MS = 3_000;
/** A token that the connection, as it is now, would not use. It may be changed back. */
const FOREIGN_PAUSE_MS = 24 * 3_600_000;
/** Failures that are remembered, each until its token is renewed. */
const MAX_FAILURES = 10_000;

export interface TokenRenewalParts {
  readonly store: Store;
  readonly connections: ConnectionPool;
  readonly statuses: StatusWriter;
  readonly clock: Clock;
  readonly log: Log;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
}

/** Renews tokens while nobody calls, so that an authorization that a person gave does not lapse. */
export interface TokenRenewal {
  /** From now on looks for due tokens every ten seconds or so. */
  start(): void;
  /** Renews what is due now, also without `start`. Gives the number of tokens that were claimed. Never rejects. */
  renewDue(): Promise<number>;
  /** Takes nothing more, and resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/**
 * Any number of servers do this on one database: a token is claimed by one of them, and the lease of its token request
 * keeps callers, here and elsewhere, from asking at the same time.
 */
export function createTokenRenewal(parts: TokenRenewalParts): TokenRenewal {
  const { store, connections, statuses, clock, log, random } = parts;
  const owner = randomUUID();
  const stopping = new AbortController();
  const failures = new Map<string, number>();
  let timer: Timer | undefined;
  let running: Promise<number> | undefined;

  const renew = async (due: DueToken, spreadMs: number): Promise<void> => {
    const { connectionId, key } = due;
    const name = `${connectionId} ${key}`;
    await pause(random() * spreadMs, clock, stopping.signal);
    if (stopping.signal.aborted) return void (await store.tokens.postpone(due, clock.now()));
    try {
      const stored = await store.tokens.of(connectionId).get(key);
      const { connection } = await connections.open(connectionId);
      const parameters = stored?.record.token?.parameters ?? {};
      // Not ended by a stop: a refresh token that was used may be nowhere but in the answer.
      const renewed = await connection.renewToken({ key, parameters });
      if (failures.delete(name)) statuses.write({ id: connectionId }, 'active');
      // Without effect when the token was renewed: a claim ends with the record it was made on.
      await store.tokens.postpone(due, clock.now() + (renewed === undefined ? FOREIGN_PAUSE_MS : EVERY_MS));
    } catch (thrown) {
      const error = toFerruleError(thrown);
      const { code, message } = error;
      log.warn('token_not_renewed', { connectionId, code, reason: message });
      if (code === 'TOKEN_NEEDS_REAUTH') {
        // Written beside the token already, so that nobody claims it again.
        failures.delete(name);
        statuses.write({ id: connectionId }, 'needs_reauth', message);
        return;
      }
      const count = (failures.get(name) ?? 0) + 1;
      if (failures.size < MAX_FAILURES) failures.set(name, count);
      await store.tokens.postpone(due, clock.now() + toPauseMs(error, count, random()));
      if (isForNow(error) && clock.now() >= due.expiresAtMs)
        statuses.write({ id: connectionId }, 'error', message);
    }
  };

  const round = async (): Promise<number> => {
    let claimed = 0;
    try {
      while (!stopping.signal.aborted) {
        const due = await store.tokens.claimDue({ owner, leaseMs: LEASE_MS, limit: BATCH });
        claimed += due.length;
        const isLast = due.length < BATCH;
        const done = await Promise.allSettled(due.map(token => renew(token, isLast ? SPREAD_MS : 0)));
        const failure = done.find(each => each.status === 'rejected');
        if (failure !== undefined) throw failure.reason;
        if (isLast) break;
      }
    } catch (error) {
      // A database that is away is back some time, and claims that were not given back end by time.
      log.error('renewal_failed', { error: String(error) });
    }
    return claimed;
  };

  const renewDue = (): Promise<number> => {
    running ??= round().finally(() => {
      running = undefined;
    });
    return running;
  };

  const start = () => {
    timer?.cancel();
    timer = clock.after(EVERY_MS * (0.75 + random() / 2), () => {
      void renewDue().then(() => {
        if (!stopping.signal.aborted) start();
      });
    });
  };

  return {
    start,
    renewDue,
    async stop() {
      stopping.abort();
      timer?.cancel();
      await running;
    },
  };
}

/** Resolves after the time, or at once when nobody waits any more. */
function pause(milliseconds: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(milliseconds, resolve);
  const end = () => {
    timer.cancel();
    resolve();
  };
  signal.addEventListener('abort', end, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', end));
}
