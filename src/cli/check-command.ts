import { createEngine, FerruleError, type Issue } from '../index.ts';
import { isCodeFile } from './code-file.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { readSource } from './read-source.ts';
import { formatProblem } from './report-failure.ts';
import { toSafeJson, toSafeLine } from './safe-text.ts';
import type { Terminal } from './terminal.ts';

export interface CheckOptions {
  readonly json?: boolean;
}

/** What `ferrule check --json` prints. */
interface Verdict {
  readonly ok: boolean;
  readonly connection?: string;
  readonly operations: readonly string[];
  readonly issues: readonly Issue[];
  /** What works, but probably not as meant. */
  readonly warnings: readonly Issue[];
}

/** Parses, compiles and lints a definition. Nothing is sent. The findings are the result, so they go to stdout. */
export async function checkDefinition(
  file: string,
  { json = false }: CheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const verdict: Verdict = isCodeFile(file)
    ? await (await import('./check-code.ts')).judgeCode(file)
    : await judge(await readSource(file, 'definition'));
  if (json) await terminal.print(toSafeJson(verdict, 2));
  else await terminal.print(describe(file, verdict, terminal).join('\n'));
  return verdict.ok ? exitCodes.ok : exitCodes.definition;
}

async function judge(text: string): Promise<Verdict> {
  const engine = createEngine();
  try {
    const { name, operations, diagnostics } = engine.connection(text);
    return { ok: true, connection: name, operations, issues: [], warnings: diagnostics };
  } catch (error) {
    if (!(error instanceof FerruleError) || error.category !== 'definition') throw error;
    return { ok: false, operations: [], issues: toIssues(error), warnings: [] };
  } finally {
    await engine.close();
  }
}

function toIssues(error: FerruleError): readonly Issue[] {
  if (error.issues.length > 0) return error.issues;
  const { code, summary, expected, found, suggestion, pointer = '' } = error;
  return [
    {
      code,
      pointer,
      message: summary,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  ];
}

function describe(file: string, verdict: Verdict, terminal: Terminal): readonly string[] {
  const { ok, operations, issues, warnings } = verdict;
  const found = ok
    ? `is a valid definition (${count(operations.length, 'operation')}, ${count(warnings.length, 'warning')})`
    : `has ${count(issues.length, 'problem')}`;
  return [
    ...issues.map(issue => `${terminal.style('red', 'error')}    ${formatProblem(issue)}`),
    ...warnings.map(issue => `${terminal.style('yellow', 'warning')}  ${formatProblem(issue)}`),
    terminal.style(ok ? 'green' : 'red', `${toSafeLine(file === '-' ? 'Standard input' : file)} ${found}`),
  ];
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
