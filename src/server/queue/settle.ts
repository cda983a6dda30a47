import { FerruleError } from '../../index.ts';
import type { ClaimedWork } from '../../store.ts';
import type { Services } from '../services.ts';
import type { Verdict } from './run-work.ts';
import { wait } from './wait.ts';

const TRIED_EVERY_MS = 1_000;

/**
 * Writes what became of a claim. While the database is away it is tried again, for as long as the claim is ours: what
 * was done at the other system should not be done twice because nobody could write it down.
 */
export async function settle(
  work: ClaimedWork,
  verdict: Verdict,
  { store, clock, log, queue }: Pick<Services, 'store' | 'clock' | 'log' | 'queue'>,
  signal: AbortSignal,
): Promise<void> {
  const { claims } = store.queue;
  const untilMs = clock.monotonicNow() + queue.leaseMs;
  for (;;) {
    try {
      if (verdict.kind === 'postponed') await claims.postpone(work, verdict.delay);
      if (verdict.kind === 'finished' && !(await claims.finish(work, verdict.outcome))) {
        log.warn('execution_lost', { id: work.item.id, attempt: work.item.attempts });
      }
      return;
    } catch (error) {
      const isAway = error instanceof FerruleError && error.retryable;
      if (!isAway || signal.aborted || clock.monotonicNow() >= untilMs) throw error;
    }
    await wait(TRIED_EVERY_MS, clock, signal);
  }
}
