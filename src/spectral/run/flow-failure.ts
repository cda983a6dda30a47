import { inspect } from 'node:util';
import { FerruleError } from '../../errors.ts';
import type { Redactor } from '../../index.ts';
import type { FlowReport } from './flow-report.ts';

/** What went wrong in the code of a flow, secrets masked. An error that holds a secret anywhere is not carried along. */
export function flowFailure(
  error: unknown,
  flow: string,
  report: FlowReport,
  redactor: Pick<Redactor, 'redact' | 'finds'>,
): FerruleError {
  const said = error instanceof Error ? error.message : String(error);
  const shown = inspect(error, { depth: 10, showHidden: true, maxStringLength: 100_000 });
  return new FerruleError(
    'FLOW_FAILED',
    `The flow "${flow}" failed: ${redactor.redact(said).slice(0, 2000).replace(/\.$/, '')}`,
    {
      report,
      retryable: error instanceof FerruleError && error.retryable,
      ...(redactor.finds(shown) ? {} : { cause: error }),
    },
  );
}
