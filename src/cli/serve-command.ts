import { readSettings, startServer } from '../server.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Serves until it is told to stop, by Ctrl-C or SIGTERM; then what runs may finish. */
export async function serve(terminal: Terminal): Promise<ExitCode> {
  const settings = readSettings(process.env);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  // The listeners stay: a second signal while things finish must not end the process in their middle.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop());
  const started = await startServer({ settings, print: line => terminal.print(line) });
  await stopped;
  await started.stop();
  return exitCodes.ok;
}
