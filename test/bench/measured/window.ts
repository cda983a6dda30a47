/** What one window of work cost the process that did it. */
export interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Sent to the parent after each window, with what the work itself found out. */
export interface MeasuredWindow {
  readonly label: string;
  readonly cost: Cost;
  readonly found: Readonly<Record<string, number>>;
}

/**
 * Does `work` and tells the parent what it cost, and what `toFound` makes of it outside the measured time. The parent is
 * asked first, so that it reads the counters of the machine and of the target at the same moments.
 */
export async function measureWindow<Result>(
  label: string,
  work: () => Promise<Result>,
  toFound: (result: Result) => Readonly<Record<string, number>> = () => ({}),
): Promise<void> {
  await ask('ready');
  const before = process.cpuUsage();
  const startedAtMs = performance.now();
  const result = await work();
  const wallMs = performance.now() - startedAtMs;
  const { user, system } = process.cpuUsage(before);
  const cost = { cpuMs: (user + system) / 1000, wallMs };
  const measured: MeasuredWindow = { label, cost, found: toFound(result) };
  await ask(measured);
}

/** The task of this process, as its parent wrote it. */
export function readTask<Task>(): Task {
  return JSON.parse(process.argv[2] ?? '') as Task;
}

function ask(message: unknown): Promise<void> {
  return new Promise(resolve => {
    process.once('message', () => resolve());
    process.send?.(message);
  });
}
