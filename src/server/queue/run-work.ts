import type { ExecutionReport, FerruleError } from '../../index.ts';
import type { ClaimedWork, WorkDelay, WorkOutcome } from '../../store.ts';
import { toFerruleError } from '../error-reply.ts';
import { wasSent } from '../execution/execute-once.ts';
import { type ExecutionTarget, findTarget } from '../execution/execution-target.ts';
import { noteOutcome } from '../execution/note-outcome.ts';
import type { Services } from '../services.ts';
import { rateOf } from './rate-of.ts';
import { wait } from './wait.ts';
import { decodeWorkRequest, type WorkRequest } from './work-request.ts';
import { encodeWorkResult, resultOf, resultOfFailure, type WorkResult } from './work-result.ts';

/** What becomes of a claim. `settled`: its row says so already, or it is no longer ours. */
export type Verdict =
  | { readonly kind: 'settled' }
  | { readonly kind: 'postponed'; readonly delay: WorkDelay }
  | { readonly kind: 'finished'; readonly outcome: WorkOutcome };

/** Why a worker ends an execution early; the reason of the signal. */
export const CANCELLED = Symbol('cancelled');
export const LOST = Symbol('lost');

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 5 * 60_000;
/** Answers by which a server says: later. */
const LATER: readonly number[] = [429, 503];

/** Executes what was claimed, in the turn that the rate of its connection gives it. */
export async function runWork(work: ClaimedWork, services: Services, signal: AbortSignal): Promise<Verdict> {
  const { maxResultBytes } = services.queue;
  const finish = (state: WorkOutcome['state'], result: WorkResult, code?: string): Verdict => ({
    kind: 'finished',
    outcome: { state, code, result: encodeWorkResult(result, maxResultBytes) },
  });
  let begun = false;
  try {
    const request = decodeWorkRequest(work.request);
    const target = await findTarget(request, BEFORE, services);
    const rate = rateOf(target.open);
    if (rate !== undefined) {
      const permit = await services.store.queue.claims.permit(work, rate);
      if (permit.state !== 'granted') return { kind: 'settled' };
      await wait(permit.waitMs, services.clock, signal);
    }
    begun = true;
    const report = await execute(target, request, { work, services, signal });
    if (LATER.includes(report.statusCode) && mayRepeat(work)) return postpone(work, undefined);
    return finish(report.ok ? 'succeeded' : 'failed', resultOf(report));
  } catch (thrown) {
    const error = toFerruleError(thrown);
    if (signal.reason === LOST) return { kind: 'settled' };
    if (signal.reason === CANCELLED) return finish('cancelled', resultOfFailure(error), 'ABORTED');
    const sent = begun && wasSent(thrown);
    if (signal.aborted && (!sent || mayRepeat(work))) {
      return { kind: 'postponed', delay: { delayMs: 0, counts: sent, code: error.code } };
    }
    if (!signal.aborted && error.retryable && mayRepeat(work)) return postpone(work, error);
    return finish('failed', resultOfFailure(error), error.code);
  }
}

/** Whether they may was asked when they were enqueued. */
const BEFORE = { demand: () => undefined };

interface Execution {
  readonly work: ClaimedWork;
  readonly services: Services;
  readonly signal: AbortSignal;
}

async function execute(
  target: ExecutionTarget,
  { options }: WorkRequest,
  { work, services, signal }: Execution,
): Promise<ExecutionReport> {
  const { open, connection, operation, parameters } = target;
  const { clock } = services;
  const startedAtMs = clock.monotonicNow();
  const call = { principal: { id: work.item.principal } };
  const outcome = () => ({ open, operation, call, durationMs: clock.monotonicNow() - startedAtMs });
  try {
    const report = await connection.execute(operation.name, parameters, { ...options, signal });
    noteOutcome({ ...outcome(), statusCode: report.statusCode }, services);
    return report;
  } catch (thrown) {
    // An end that was asked for says nothing about the connection.
    if (!signal.aborted) noteOutcome({ ...outcome(), error: toFerruleError(thrown) }, services);
    throw thrown;
  }
}

function mayRepeat({ item }: ClaimedWork): boolean {
  return item.attempts < item.maxAttempts;
}

/** Twice as long after every attempt, spread over half of that, and never before the other system said. */
function postpone({ item }: ClaimedWork, error: FerruleError | undefined): Verdict {
  const doubled = Math.min(FIRST_DELAY_MS * 2 ** (item.attempts - 1), LONGEST_DELAY_MS);
  const askedMs = error?.details['retryAfterMs'];
  const delayMs = Math.max(
    doubled * (0.5 + Math.random() / 2),
    typeof askedMs === 'number' ? Math.min(askedMs, LONGEST_DELAY_MS) : 0,
  );
  return { kind: 'postponed', delay: { delayMs, counts: true, code: error?.code } };
}
