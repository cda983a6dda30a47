import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createEngine, FerruleError } from '../index.ts';
import { toFreshConnectionValue } from '../spectral/index.ts';
import { defaultConnectionValueEnvironmentVariable } from '../spectral/testing/index.ts';
import { refuseOptions, type ValueOptions } from './code-values.ts';
import { connectionOfCode } from './connection-of-code.ts';
import { exitCodes } from './exit-codes.ts';
import { withInterruption } from './interruption.ts';
import type { Terminal } from './terminal.ts';

/**
 * Starts a command that finds a connection, resolved and with a fresh token, in its environment as
 * `PRISMATIC_CONNECTION_VALUE`. The exit code is the command's own.
 * @param place `file`, or `file#name` where the file has several connections
 */
export async function runWithConnection(
  place: string,
  command: readonly string[],
  options: ValueOptions,
  terminal: Terminal,
): Promise<number> {
  refuseOptions(options, ['dryRun', 'curl', 'lenient', 'timeout', 'json']);
  const [program, ...args] = command;
  if (program === undefined) {
    throw new FerruleError('OPTIONS_INVALID', 'There is no command to run with the connection', {
      hint: 'Write it behind two hyphens: ferrule run --connection acme.ts -- npm test',
    });
  }
  const hash = place.indexOf('#');
  const file = hash === -1 ? place : place.slice(0, hash);
  const resolved = await connectionOfCode(file, hash === -1 ? undefined : place.slice(hash + 1), options);
  const engine = createEngine();
  try {
    const value = await withInterruption(terminal, signal =>
      toFreshConnectionValue(resolved, engine, signal),
    );
    const environment = {
      ...process.env,
      [defaultConnectionValueEnvironmentVariable]: JSON.stringify(value),
    };
    return await start(program, args, environment);
  } finally {
    await engine.close();
  }
}

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env });
    child.on('error', () =>
      // What Node says repeats the arguments, and it may repeat the environment one day.
      reject(new FerruleError('OPTIONS_INVALID', 'The command cannot be started', { found: program })),
    );
    child.on('close', (code, signal) => resolve(code ?? toExitCode(signal)));
  });
}

/** 128 and the number of the signal, as shells report a command that one ended. */
function toExitCode(signal: NodeJS.Signals | null): number {
  return signal === null ? exitCodes.usage : 128 + constants.signals[signal];
}
