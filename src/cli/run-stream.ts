import { FerruleError, type StreamEvent } from '../index.ts';
import { type ExitCode, exitCodeOfStatus, exitCodes, toExitCode } from './exit-codes.ts';
import { noteAnswer, noteWarnings } from './note-answer.ts';
import { withProgress } from './progress.ts';
import { reportFailure } from './report-failure.ts';
import type { OperationCall } from './run-command.ts';
import { toSafeJson, toSafeLine } from './safe-text.ts';
import type { Terminal } from './terminal.ts';

/**
 * Prints one line of JSON per event: its outputs, or what arrived when the operation defines none. With `json` the
 * whole event, and as the last line `{ "kind": "report", "report": … }`, also when the stream failed.
 */
export async function runStream(call: OperationCall, json: boolean, terminal: Terminal): Promise<ExitCode> {
  const { connection, operation, parameters, options } = call;
  const stream = connection.stream(operation, parameters, options);
  let events = 0;
  let failure: FerruleError | undefined;
  const printEvents = async () => {
    for await (const event of stream) {
      events += 1;
      await terminal.print(toSafeJson(json ? event : toShown(event)));
      if (!json) noteWarnings(event.diagnostics, terminal);
      if (terminal.outputLost.aborted) return;
    }
  };
  const describe = () => `${toSafeLine(operation)}: ${events} ${events === 1 ? 'event' : 'events'}`;
  try {
    await withProgress(terminal, describe, printEvents);
  } catch (error) {
    if (!(error instanceof FerruleError)) throw error;
    failure = error;
  }
  if (terminal.outputLost.aborted) return exitCodes.ok;
  const report = await stream.report;
  if (json) await terminal.print(toSafeJson({ kind: 'report', report }));
  if (failure !== undefined) {
    return json ? toExitCode(failure) : reportFailure(failure, terminal, { debug: options.debug });
  }
  if (!('statusCode' in report)) return exitCodeOfStatus(0);
  if (!json) noteAnswer(report, terminal);
  return exitCodeOfStatus(report.statusCode);
}

function toShown({ kind, outputs, data }: StreamEvent): unknown {
  return kind === 'bytes' || Object.keys(outputs).length === 0 ? data : outputs;
}
