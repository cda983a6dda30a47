/** What one window of work cost the process that did it. */
export interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
  /** What the main thread had of the processor time; unknown to Node 22. */
  readonly mainCpuMs?: number;
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
  await tell('ready');
  const mainBefore = process.threadCpuUsage?.();
  const before = process.cpuUsage();
  const startedAtMs = performance.now();
  const result = await work();
  const wallMs = performance.now() - startedAtMs;
  const { user, system } = process.cpuUsage(before);
  const main = process.threadCpuUsage?.(mainBefore);
  const mainCpu = main === undefined ? {} : { mainCpuMs: (main.user + main.system) / 1000 };
  const cost = { cpuMs: (user + system) / 1000, wallMs, ...mainCpu };
  const measured: MeasuredWindow = { label, cost, found: toFound(result) };
  await tell(measured);
}

/** The task of this process, as its parent wrote it. */
export function readTask<Task>(): Task {
  return JSON.parse(process.argv[2] ?? '') as Task;
}

/** Resolves when the parent has taken note. */
export function tell(message: unknown): Promise<void> {
  return new Promise(resolve => {
    process.once('message', () => resolve());
    process.send?.(message);
  });
}
