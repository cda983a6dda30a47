import type { ConnectionTestReport, TestStage } from '../index.ts';
import { isCodeFile } from './code-file.ts';
import { type ExitCode, exitCodes, toExitCode } from './exit-codes.ts';
import { withInterruption } from './interruption.ts';
import { formatDuration } from './note-answer.ts';
import { withConnection } from './open-connection.ts';
import { withProgress } from './progress.ts';
import { assertNoSecrets, type ParameterOptions, readParameters } from './read-parameters.ts';
import { fromPlainError, noteError } from './report-failure.ts';
import { toSafeJson, toSafeLine } from './safe-text.ts';
import { toTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface TestOptions extends ParameterOptions {
  readonly secretEnv?: readonly string[];
  readonly json?: boolean;
  /** Which one of a file of code, when it has several. */
  readonly connection?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Tries a connection stage by stage. The exit code is that of the error of the stage that failed. */
export async function testConnection(
  file: string,
  options: TestOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (isCodeFile(file)) return testConnectionOfCode(file, options, terminal);
  const parameters = await readParameters(options, file);
  return withConnection(file, options.secretEnv ?? [], terminal, async opened => {
    const { connection, definition, secrets, unknownSecrets } = opened;
    assertNoSecrets(parameters, definition);
    // Asked beforehand, so that the time of the test does not run while a person types.
    if (terminal.isInteractive) for (const name of unknownSecrets) await secrets.getSecret({ name });
    const report = await withInterruption(terminal, signal =>
      withProgress(
        terminal,
        () => `Testing ${toSafeLine(connection.name)}`,
        () =>
          connection.test(parameters, {
            signal,
            ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
          }),
      ),
    );
    return present(report, options, terminal);
  });
}

async function testConnectionOfCode(
  file: string,
  options: TestOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { connection, timeout } = options;
  const { testCode } = await import('./test-code.ts');
  const report = await withInterruption(terminal, signal =>
    withProgress(
      terminal,
      () => `Testing ${toSafeLine(connection ?? file)}`,
      () =>
        testCode(file, connection, options, {
          signal,
          ...(timeout === undefined ? {} : { timeoutMs: timeout }),
        }),
    ),
  );
  return present(report, options, terminal);
}

async function present(
  report: ConnectionTestReport,
  { json }: TestOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (json) await terminal.print(toSafeJson(report, 2));
  else await show(report, terminal);
  return toTestExitCode(report);
}

async function show(report: ConnectionTestReport, terminal: Terminal): Promise<void> {
  const { ok, connection, durationMs, stages } = report;
  const lines = toTable([['Stage', 'Result', 'Time', 'Detail'], ...stages.map(toRow)]);
  const [head = '', ...rows] = lines;
  const coloured = rows.map((row, index) => terminal.style(colourOf(stages[index]), row));
  await terminal.print([terminal.style('bold', head), ...coloured].join('\n'));
  const error = failedError(report);
  if (error !== undefined) noteError(error, terminal);
  const verdict = ok ? 'works' : 'does not work';
  terminal.note(`The connection ${toSafeLine(connection)} ${verdict} (${formatDuration(durationMs)})`);
}

function toRow({ name, status, durationMs, detail, error }: TestStage): readonly string[] {
  const code = typeof error?.['code'] === 'string' ? error['code'] : '';
  return [name, status, status === 'skipped' ? '' : `${durationMs.toFixed(1)} ms`, detail ?? code];
}

function colourOf(stage: TestStage | undefined): 'green' | 'red' | 'dim' {
  if (stage?.status === 'failed') return 'red';
  return stage?.status === 'passed' ? 'green' : 'dim';
}

function toTestExitCode(report: ConnectionTestReport): ExitCode {
  if (report.ok) return exitCodes.ok;
  const error = failedError(report);
  return error === undefined ? exitCodes.upstream : toExitCode(error);
}

function failedError({ stages }: ConnectionTestReport) {
  const failed = stages.find(({ status }) => status === 'failed');
  return failed?.error === undefined ? undefined : fromPlainError(failed.error);
}
