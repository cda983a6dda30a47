import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CreateKeyOptions } from './keys-command.ts';
import type { FailureOptions } from './report-failure.ts';
import type { Terminal } from './terminal.ts';

/** Runs a command's work and turns what becomes of it into the exit code. */
export type Perform = (options: FailureOptions, work: () => Promise<number>) => Promise<void>;

/** The commands of the server: `serve`, and `keys` for its clients. */
export function addServerCommands(program: Command, terminal: Terminal, perform: Perform): void {
  program
    .command('serve')
    .summary('serve stored connections over HTTP')
    .description(
      'Serves stored connections over HTTP: on this machine, with SQLite in ./.ferrule, unless told otherwise.',
    )
    .addHelpText('after', settingsHelp)
    .action(() => perform({}, async () => (await import('./serve-command.ts')).serve(terminal)));

  const keys = program
    .command('keys')
    .summary('manage the keys of clients of the server')
    .description('Manages the keys by which clients of the server show who they are.');
  keys
    .command('create')
    .description('Makes a key, and prints it: the only time that it can be seen.')
    .requiredOption('--name <name>', 'whose key it is, for people')
    .addOption(
      new Option('--scope <scope...>', 'what it allows; each includes the ones before it')
        .choices(['read', 'execute', 'manage'])
        .makeOptionMandatory(),
    )
    .option('--days <days>', 'how many days it is good for; for ever when left out', parseDays)
    .addHelpText('after', settingsHelp)
    .action((options: CreateKeyOptions) =>
      perform({}, async () => (await import('./keys-command.ts')).createKey(options, terminal)),
    );
  keys
    .command('list')
    .description('Lists all keys, without what they are.')
    .addHelpText('after', settingsHelp)
    .action(() => perform({}, async () => (await import('./keys-command.ts')).listKeys(terminal)));
  keys
    .command('revoke')
    .description('Ends a key at once.')
    .argument('<id>', 'the id that the list shows')
    .addHelpText('after', settingsHelp)
    .action((id: string) =>
      perform({}, async () => (await import('./keys-command.ts')).revokeKey(id, terminal)),
    );
}

const settingsHelp = `
Settings are environment variables: PORT, FERRULE_DATA, FERRULE_DATABASE_URL and others, which docs/server.md lists.`;

function parseDays(text: string): number {
  const days = Number(text);
  if (/^\d{1,5}$/.test(text) && days > 0) return days;
  throw new InvalidArgumentError('It is a whole number of days, greater than 0.');
}
