import { type DryRun, type ExecutionReport, toCurl } from '../index.ts';
import { askParameters } from './ask-parameters.ts';
import { isCodeFile } from './code-file.ts';
import { type ExitCode, exitCodeOfStatus, exitCodes } from './exit-codes.ts';
import { withInterruption } from './interruption.ts';
import { noteAnswer, noteWarnings } from './note-answer.ts';
import { type OpenedConnection, withConnection } from './open-connection.ts';
import { withProgress } from './progress.ts';
import { assertNoSecrets, type ParameterOptions, readParameters } from './read-parameters.ts';
import { runStream } from './run-stream.ts';
import { toSafeJson, toSafeLine, toSafeText } from './safe-text.ts';
import type { Terminal } from './terminal.ts';

export interface RunOptions extends ParameterOptions {
  readonly secretEnv?: readonly string[];
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly curl?: boolean;
  readonly debug?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly lenient?: boolean;
}

/** Executes one operation, or shows the request that it would send. */
export async function runOperation(
  file: string,
  operation: string,
  options: RunOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (isCodeFile(file)) return (await import('./run-code.ts')).runCode(file, operation, options, terminal);
  const given = await readParameters(options, file);
  return withConnection(file, options.secretEnv ?? [], terminal, async opened => {
    const { connection, definition } = opened;
    assertNoSecrets(given, definition);
    const inputs = connection.inputs(operation);
    const parameters = terminal.isInteractive ? await askParameters(inputs, given) : given;
    if (options.dryRun || options.curl) {
      return showRequest(await dryRun(opened, operation, parameters, options), options, terminal);
    }
    // The dry run asks for the secrets that are needed, before the time of the call begins to run.
    const mustAsk = terminal.isInteractive && opened.unknownSecrets.length > 0;
    if (mustAsk) await dryRun(opened, operation, parameters, options);
    const streams = definition.operations.some(
      ({ name, config }) => name === operation && config.streamResponse,
    );
    return withInterruption(terminal, signal => {
      const call = { connection, operation, parameters, options: { ...toCallOptions(options), signal } };
      return streams
        ? runStream(call, options.json ?? false, terminal)
        : execute(call, options.json ?? false, terminal);
    });
  });
}

/** One call of an operation. */
export interface OperationCall {
  readonly connection: OpenedConnection['connection'];
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly options: ReturnType<typeof toCallOptions> & { readonly signal: AbortSignal };
}

function toCallOptions({ timeout, lenient = false, debug = false }: RunOptions) {
  return { lenient, debug, ...(timeout === undefined ? {} : { timeoutMs: timeout }) };
}

function dryRun(
  { connection }: OpenedConnection,
  operation: string,
  parameters: Readonly<Record<string, unknown>>,
  { lenient = false }: RunOptions,
): Promise<DryRun> {
  // Nothing is sent, so only a person who is being asked takes time.
  return connection.dryRun(operation, parameters, { lenient, timeoutMs: Number.POSITIVE_INFINITY });
}

async function execute(call: OperationCall, json: boolean, terminal: Terminal): Promise<ExitCode> {
  const { connection, operation, parameters, options } = call;
  const report: ExecutionReport = await withProgress(
    terminal,
    () => `Waiting for ${toSafeLine(operation)}`,
    () => connection.execute(operation, parameters, options),
  );
  await terminal.print(toSafeJson(json ? report : report.outputs, 2));
  if (!json) {
    noteWarnings(report.diagnostics, terminal);
    noteAnswer(report, terminal);
    if (report.raw !== undefined) terminal.note(toSafeJson(report.raw, 2));
  }
  return exitCodeOfStatus(report.statusCode);
}

async function showRequest(
  request: DryRun,
  { json = false, curl = false }: RunOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (!json) noteWarnings(request.diagnostics, terminal);
  if (curl) {
    const { command, notes } = toCurl(request);
    await terminal.print(command);
    for (const note of notes) terminal.note(toSafeLine(note));
  } else {
    await terminal.print(json ? toSafeJson(request, 2) : describeRequest(request));
  }
  return exitCodes.ok;
}

/** As it would stand on the wire, nearly: the URL is whole, and lines end as they do on this machine. */
function describeRequest({ method, url, headers, body }: DryRun): string {
  const lines = [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)].map(toSafeLine);
  return body === undefined ? lines.join('\n') : [...lines, '', toSafeText(body)].join('\n');
}
