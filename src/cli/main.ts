import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { CheckOptions } from './check-command.ts';
import { exitCodeHelp, exitCodes } from './exit-codes.ts';
import type { InspectOptions } from './inspect-command.ts';
import type { RunOptions } from './run-command.ts';
import { addServerCommands, type Perform } from './server-commands.ts';
import { Terminal } from './terminal.ts';
import type { TestOptions } from './test-command.ts';

interface RunArguments extends RunOptions {
  readonly connection?: string;
}

/** Runs the command line and sets `process.exitCode`; nothing is cut off by leaving early. */
export async function main(args: readonly string[]): Promise<void> {
  const terminal = new Terminal();
  // Last of all, because Commander writes by itself and a write fails after its command has ended.
  process.once('exit', () => {
    const { unwritten } = terminal;
    if (unwritten === undefined) return;
    terminal.note(`error: The result could not be written (${unwritten})`);
    process.exitCode = exitCodes.usage;
  });
  try {
    await createProgram(terminal).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has said what is wrong, or has printed what was asked for.
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

/** The engine is loaded by the command that needs it: help and version need none. */
function createProgram(terminal: Terminal): Command {
  const program = new Command('ferrule')
    .description('Checks, inspects, tests, runs and serves HTTP connection definitions.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(withoutArguments(text)) })
    .showHelpAfterError('Run it with --help to see how it is used.')
    .addHelpText('after', exitCodeHelp);

  /** Runs a command's work and turns what becomes of it into the exit code. */
  const perform: Perform = async (options, work) => {
    try {
      process.exitCode = await work();
    } catch (error) {
      const { reportFailure } = await import('./report-failure.ts');
      process.exitCode = await reportFailure(error, terminal, options);
    }
  };

  program
    .command('check')
    .summary('find every problem of a definition')
    .description('Reads, compiles and lints a definition, and lists every problem with its place.')
    .argument(
      '<definition>',
      'JSON file of the definition, or a .ts or .js file with connections as code; - is standard input',
    )
    .addOption(jsonOption('print the verdict as JSON'))
    .action((file: string, options: CheckOptions) =>
      perform(options, async () =>
        (await import('./check-command.ts')).checkDefinition(file, options, terminal),
      ),
    );

  program
    .command('inspect')
    .summary('show operations and their inputs')
    .description('Shows the inputs of an operation, or all operations when none is named.')
    .argument(
      '<definition>',
      'JSON file of the definition, or a .ts or .js file with connections as code; - is standard input',
    )
    .argument('[operation]', 'name of an operation, or of a connection as code')
    .addOption(jsonOption('print the inputs as JSON Schema'))
    .action((file: string, operation: string | undefined, options: InspectOptions) =>
      perform(options, async () =>
        (await import('./inspect-command.ts')).inspectDefinition(file, operation, options, terminal),
      ),
    );

  const run = program
    .command('run')
    .summary('execute one operation')
    .description('Executes one operation and prints its outputs; a streaming one prints a line per event.')
    .argument(
      '[definition]',
      'JSON file of the definition, or a .ts or .js file with flows as code; - is standard input',
    )
    .argument('[operation]', 'name of the operation, or of the flow')
    .argument('[arguments...]', 'with --connection: the command')
    .option('--connection <file#name>', 'run a command with this connection as code; write it behind --')
    .addOption(
      jsonOption('print the whole report as JSON, errors too; streams: one event per line, then the report'),
    )
    .addOption(new Option('--dry-run', 'print the request, secrets masked, and send nothing'))
    .addOption(
      new Option('--curl', 'print the request as a curl command, and send nothing').conflicts([
        'dryRun',
        'json',
      ]),
    )
    .option('--debug', 'also print the raw answer, secrets masked, and stack traces')
    .option('--lenient', 'accept missing and unknown parameters with a warning')
    .addHelpText('after', `${parameterHelp}\n${exitCodeHelp}`);
  addCallOptions(run).action(
    (
      file: string | undefined,
      operation: string | undefined,
      rest: readonly string[],
      options: RunArguments,
    ) => {
      const { connection } = options;
      if (connection !== undefined) {
        const command = [file, operation, ...rest].filter(word => word !== undefined);
        return perform(options, async () =>
          (await import('./run-with-connection.ts')).runWithConnection(
            connection,
            command,
            options,
            terminal,
          ),
        );
      }
      if (file === undefined) return run.error("error: missing required argument 'definition'");
      if (operation === undefined) return run.error("error: missing required argument 'operation'");
      if (rest.length > 0) {
        const found = rest.length + 2;
        return run.error(`error: too many arguments for 'run'. Expected 2 arguments but got ${found}.`);
      }
      return perform(options, async () =>
        (await import('./run-command.ts')).runOperation(file, operation, options, terminal),
      );
    },
  );

  const test = program
    .command('test')
    .summary('try a connection stage by stage')
    .description('Tries a connection: dns, connect, tls, token, request, assertion; each with its time.')
    .argument(
      '<definition>',
      'JSON file of the definition, or a .ts or .js file with connections as code; - is standard input',
    )
    .option('--connection <name>', 'which connection of a file of code, when it has several')
    .addOption(jsonOption('print the test report as JSON'))
    .addHelpText('after', `${parameterHelp}\n${exitCodeHelp}`);
  addCallOptions(test).action((file: string, options: TestOptions) =>
    perform(options, async () => (await import('./test-command.ts')).testConnection(file, options, terminal)),
  );
  addServerCommands(program, terminal, perform);
  return program;
}

function jsonOption(description: string): Option {
  return new Option('--json', description);
}

function addCallOptions(command: Command): Command {
  return command
    .option('-p, --param <name=value>', 'a parameter: name=text or name:=json; repeatable', append)
    .option('--params-file <file>', 'parameters as a JSON object in a file; - is standard input')
    .option('-s, --secret-env <name=variable>', 'a secret from an environment variable; repeatable', append)
    .option('--timeout <ms>', 'milliseconds for the whole call', parseMilliseconds);
}

const parameterHelp = `
Parameters and secrets:
  --param "Full Name=Ada"           text; the engine reads numbers out of it where the definition asks for them
  --param 'Ids:=[1,2]'              JSON: numbers, truth values, lists, objects
  --secret-env "API Key=MY_KEY"     the value of the environment variable MY_KEY
  --secret-env API_KEY              the same when secret and variable have one name
  What is required and missing is asked for at a terminal, and is an error anywhere else.`;

function append(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function parseMilliseconds(text: string): number {
  const milliseconds = Number(text);
  if (/^\d+$/.test(text) && milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError('It is a whole number of milliseconds, greater than 0.');
}

/** Commander repeats what was typed. A secret typed in the wrong place would then stand in a log. */
function withoutArguments(text: string): string {
  return text
    .replace(/ argument '.*' is invalid/s, ' is invalid')
    .replace(/(unknown option '-[^'=]*)=.*'/s, "$1'")
    .replace(/(but got \d+):.*?\.?\n/s, '$1.\n');
}

/** From the package itself, two folders up in the sources as in the build. */
function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
