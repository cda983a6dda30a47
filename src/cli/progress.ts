import type { Terminal } from './terminal.ts';

/** A call that is quicker than this needs no sign of life. Milliseconds. */
const QUIET_MS = 1_000;
const INTERVAL_MS = 250;

/** Shows on stderr that work goes on, with the seconds since its begin, while `work` runs. Only on a terminal. */
export async function withProgress<Result>(
  terminal: Terminal,
  describe: () => string,
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAtMs = performance.now();
  const show = () => {
    const elapsedMs = performance.now() - startedAtMs;
    if (elapsedMs >= QUIET_MS) terminal.setStatus(`${describe()} ${Math.floor(elapsedMs / 1000)} s`);
  };
  const timer = setInterval(show, INTERVAL_MS);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    terminal.setStatus(undefined);
  }
}
