import type { Terminal } from './terminal.ts';

/**
 * Runs `work` with a signal that aborts on Ctrl-C, or when nobody reads the output any more. Sockets are then closed
 * in order; a second Ctrl-C ends the process at once, because the first listener is gone.
 */
export async function withInterruption<Result>(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  try {
    return await work(AbortSignal.any([interruption.signal, terminal.outputLost]));
  } finally {
    process.off('SIGINT', interrupt);
  }
}
