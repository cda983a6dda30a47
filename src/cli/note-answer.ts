import type { Diagnostic, ExecutionReport } from '../index.ts';
import { formatProblem } from './report-failure.ts';
import { toSafeLine } from './safe-text.ts';
import type { Terminal } from './terminal.ts';

/** One line about the answer: status, request, time, token; and a hint where the status is an error. */
export function noteAnswer(report: ExecutionReport, terminal: Terminal): void {
  const { statusCode, request, timings, token, redirects, outputs } = report;
  const status = terminal.styleNote(statusCode >= 400 ? 'red' : 'green', String(statusCode));
  const extras = [
    formatDuration(timings.totalMs),
    token === undefined ? undefined : `token ${token.source === 'cache' ? 'at hand' : 'requested'}`,
    redirects.length === 0 ? undefined : `${redirects.length} redirected`,
  ].filter(part => part !== undefined);
  terminal.note(`${status} ${toSafeLine(`${request.method} ${request.url}`)} (${extras.join(', ')})`);
  if (statusCode >= 400) noteRefusal(statusCode, terminal);
  else if (Object.keys(outputs).length === 0 && report.raw === undefined) {
    terminal.note('The operation defines no outputs. --debug shows the whole answer.');
  }
}

export function noteWarnings(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  for (const diagnostic of diagnostics) {
    terminal.note(`${terminal.styleNote('yellow', 'warning:')} ${formatProblem(diagnostic)}`);
  }
}

/** `12 ms`, `3.4 s`. */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}

function noteRefusal(statusCode: number, terminal: Terminal): void {
  const meaning =
    refusals.get(statusCode) ?? (statusCode >= 500 ? 'The server failed.' : 'The server refused.');
  terminal.note(`${meaning} The outputs above were made of its error answer; --debug shows all of it.`);
}

const refusals: ReadonlyMap<number, string> = new Map([
  [401, 'The server does not accept the credentials.'],
  [403, 'The server knows the credentials, but they may not do this.'],
  [404, 'The server knows nothing at this address.'],
  [429, 'The server asks for fewer requests.'],
]);
