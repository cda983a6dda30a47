import type { FerruleError } from '../errors/ferrule-error.ts';
import type { ExecutionLog } from './execution-log.ts';
import type { ExecutionReport, FailedExecutionReport } from './execution-report.ts';

/**
 * What is published about one execution on the channels `ferrule:execution:start`, `ferrule:execution:end` and
 * `ferrule:execution:error` of `node:diagnostics_channel`. One object per execution, the same in both its messages.
 */
export interface ExecutionEvent {
  readonly connection: string;
  readonly operation: string;
  /** At the end. */
  readonly report?: ExecutionReport | FailedExecutionReport;
  /** When it failed; secrets are masked in it. */
  readonly error?: FerruleError;
}

/** Costs nothing while nobody listens. Whoever hears of an execution at its end is told here, the log too. */
export class ExecutionEvents {
  readonly #log: ExecutionLog | undefined;
  readonly #start = channel('ferrule:execution:start');
  readonly #end = channel('ferrule:execution:end');
  readonly #error = channel('ferrule:execution:error');

  constructor(log?: ExecutionLog) {
    this.#log = log;
  }

  /** Undefined when nobody listens: then there is nothing to tell at the end. */
  begin(connection: string, operation: string): ExecutionEvent | undefined {
    if (!(this.#start.hasSubscribers || this.#end.hasSubscribers || this.#error.hasSubscribers))
      return undefined;
    const event = { connection, operation };
    this.#start.publish(event);
    return event;
  }

  end(event: ExecutionEvent | undefined, report: ExecutionReport | FailedExecutionReport): void {
    this.#log?.executed(report);
    if (event !== undefined) this.#end.publish(Object.assign(event, { report }));
  }

  fail(event: ExecutionEvent | undefined, error: FerruleError): void {
    this.#log?.executed(error.report as FailedExecutionReport);
    if (event === undefined) return;
    this.#error.publish(Object.assign(event, { error, report: error.report }));
  }
}

function channel(name: string) {
  return process.getBuiltinModule('node:diagnostics_channel').channel(name);
}
