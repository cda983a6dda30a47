import { type ExecutionReport, FerruleError } from '../../index.ts';
import { toExecutionErrorReply, toFerruleError } from '../error-reply.ts';
import { hasFlag, ok, type Reply, type RouteCall } from '../route.ts';
import type { Services } from '../services.ts';
import { toCallOptions } from './call-options.ts';
import type { ExecutionTarget } from './execution-target.ts';
import { noteOutcome } from './note-outcome.ts';
import type { Outcome } from './once.ts';

/** Executes an operation that answers at once. Failures are replies too, so that they can be kept like any other. */
export async function executeOnce(
  target: ExecutionTarget,
  call: RouteCall,
  services: Services,
  isShared: boolean,
): Promise<Outcome> {
  const { connection, operation, parameters, open } = target;
  const startedAtMs = services.clock.monotonicNow();
  const durationOf = () => services.clock.monotonicNow() - startedAtMs;
  try {
    const options = toCallOptions(call.query, call.signal({ caller: isShared }));
    const report = await connection.execute(operation.name, parameters, options);
    noteOutcome({ open, operation, call, durationMs: durationOf(), statusCode: report.statusCode }, services);
    return { reply: toReply(report, call.query), sent: true };
  } catch (thrown) {
    const error = toFerruleError(thrown);
    noteOutcome({ open, operation, call, durationMs: durationOf(), error }, services);
    return { reply: toExecutionErrorReply(error, call.headers.get('accept')), sent: wasSent(thrown) };
  }
}

/** Integrator answers with the outputs alone, and with its own small report when debugging. */
function toReply(report: ExecutionReport, query: URLSearchParams): Reply {
  if (hasFlag(query, 'report') || hasFlag(query, 'har')) return ok(report);
  const { outputs, raw, timings } = report;
  return ok(hasFlag(query, 'debug') ? { duration: timings.totalMs, outputs, raw } : outputs);
}

/** True unless it is known that no request left. */
export function wasSent(error: unknown): boolean {
  if (!(error instanceof FerruleError)) return true;
  const { report } = error;
  const attempts = report !== undefined && 'attempts' in report ? report.attempts : undefined;
  return !Array.isArray(attempts) || attempts.length > 0;
}
