import { readSettings, startServer } from '../server.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Serves until it is told to stop, by Ctrl-C or SIGTERM; then what runs may finish. Told a second time, it does not wait. */
export async function serve(terminal: Terminal): Promise<ExitCode> {
  const settings = readSettings(process.env);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const { promise: hurried, resolve: hurry } = Promise.withResolvers<void>();
  let asked = false;
  const listen = () => {
    if (asked) hurry();
    asked = true;
    stop();
  };
  // The listeners stay: not even a second signal ends the process before its work is written down or handed over.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listen);
  const started = await startServer({ settings, print: line => terminal.print(line) });
  await stopped;
  hurried.then(() => started.server.stop({ hurry: true }));
  await started.stop();
  return exitCodes.ok;
}
