import { errorCodes, FerruleError, type Issue } from '../index.ts';
import { toCommandHint } from './command-hints.ts';
import { type ExitCode, exitCodes, toExitCode } from './exit-codes.ts';
import { toSafeJson, toSafeLine, toSafeText } from './safe-text.ts';
import type { Terminal } from './terminal.ts';

export interface FailureOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/**
 * Tells why a command failed, and gives the exit code for it. With `--json` the error is a JSON document on stdout,
 * `{ "ok": false, "error": … }`, so that a script finds one document there whatever happens.
 */
export async function reportFailure(
  thrown: unknown,
  terminal: Terminal,
  { json = false, debug = false }: FailureOptions,
): Promise<ExitCode> {
  // Nobody reads any more; when that is a failure, it is said as the process ends.
  if (terminal.outputLost.aborted) return exitCodes.ok;
  const error =
    thrown instanceof FerruleError
      ? thrown
      : new FerruleError('INTERNAL_DEFECT', 'The command failed in a way it should not', {
          found: nameOf(thrown),
          cause: thrown,
        });
  if (json) await terminal.print(toSafeJson({ ok: false, error: error.toJSON(), ...error.report }, 2));
  else noteError(error, terminal);
  if (debug) terminal.note(toSafeText(toStack(error)));
  return toExitCode(error);
}

/** Its kind alone: what it says may hold anything, and stands under `--debug`. */
function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `a ${typeof thrown}`;
  return 'code' in thrown ? `${thrown.name} ${String(thrown.code)}` : thrown.name;
}

/** An error for people: what is wrong, where, what was expected, what to do about it, and every problem of a list. */
export function noteError(error: FerruleError, terminal: Terminal): void {
  const { code, summary, pointer, expected, found, suggestion, issues, details } = error;
  if (code === 'ABORTED') {
    terminal.note('Aborted');
    return;
  }
  terminal.note(
    `${terminal.styleNote(['bold', 'red'], 'error:')} ${toSafeLine(summary)} ${dim(`(${code})`)}`,
  );
  const operations = details['operations'];
  noteLine('where', pointer);
  noteLine('expected', expected);
  noteLine('found', found);
  noteLine('did you mean', suggestion && `"${suggestion}"`);
  noteLine('there are', Array.isArray(operations) ? operations.join(', ') : undefined);
  for (const issue of issues) terminal.note(`  ${formatProblem(issue)}`);
  noteLine('what to do', toCommandHint(error));

  function noteLine(label: string, text: string | undefined): void {
    if (text !== undefined && text !== '') terminal.note(`  ${dim(`${label}:`)} ${toSafeLine(text)}`);
  }
  function dim(text: string): string {
    return terminal.styleNote('dim', text);
  }
}

/** One line: place, problem, what was expected, found and probably meant. */
export function formatProblem({ pointer, message, expected, found, suggestion }: Issue): string {
  const expectation = [
    expected === undefined ? undefined : `expected ${expected}`,
    found === undefined ? undefined : `found ${found}`,
  ].filter(part => part !== undefined);
  const middle = expectation.length === 0 ? '' : ` (${expectation.join(', ')})`;
  const question = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
  return toSafeLine(`${pointer === '' ? '(document)' : pointer}: ${message}${middle}.${question}`);
}

/** An error that arrived as plain data, such as that of a failed test stage, as an error again. */
export function fromPlainError(plain: Readonly<Record<string, unknown>>): FerruleError {
  const text = (field: string) => {
    const value = plain[field];
    return typeof value === 'string' ? value : undefined;
  };
  const code = text('code') ?? '';
  const known = Object.keys(errorCodes).find((name): name is keyof typeof errorCodes => name === code);
  return new FerruleError(
    known ?? 'INTERNAL_DEFECT',
    toSummary(text('message') ?? '', text('pointer') ?? ''),
    {
      pointer: text('pointer'),
      hint: text('hint'),
      issues: Array.isArray(plain['issues']) ? plain['issues'] : [],
    },
  );
}

/** The first line of a message without code and place. It names the expectation itself. */
function toSummary(message: string, pointer: string): string {
  const line = (message.split('\n')[0] ?? '').replace(/^[A-Z_]+: /, '').replace(/\.$/, '');
  return pointer !== '' && line.startsWith(`${pointer}: `) ? line.slice(pointer.length + 2) : line;
}

function toStack(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.stack}\ncaused by ${toStack(cause)}` : (error.stack ?? '');
}
