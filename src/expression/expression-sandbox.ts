import { Worker } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import type { JsonataLimits, JsonataOutcome } from './jsonata-adapter.ts';

export interface SandboxJob {
  readonly source: string;
  /** Plain data: it is copied into the worker. */
  readonly input: unknown;
  readonly limits: JsonataLimits;
}

/** Runs expressions that are not trusted in a worker thread, one after the other. */
export interface ExpressionSandbox {
  /**
   * @param deadlineMs Milliseconds of running, waiting and the start of the worker not counted. The worker is then
   *   terminated, whatever it does; the next job gets a new one.
   * @returns The outcome. The codes of its problem are JSONata's, or `timeout`, `memory`, `stopped`, `input`.
   */
  run(job: SandboxJob, deadlineMs: number): Promise<JsonataOutcome>;
  /** Terminates the worker; a job that runs ends as `stopped`. A later job starts a new worker. */
  close(): Promise<void>;
}

/** Megabytes of the worker's heap; when it needs more, the worker dies and the job fails. */
const MAX_HEAP_MB = 128;

/** A sandbox with one worker, which is started by the first job and never keeps the process alive while idle. */
export function createExpressionSandbox(): ExpressionSandbox {
  let worker: Promise<Worker> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const runNow = async (job: SandboxJob, deadlineMs: number): Promise<JsonataOutcome> => {
    worker ??= startWorker();
    const started = worker;
    try {
      const running = await started;
      const outcome = await exchange(running, job, deadlineMs);
      if (outcome.ok || !fatalCodes.has(outcome.problem.code)) return outcome;
      await running.terminate();
      if (worker === started) worker = undefined;
      return outcome;
    } catch (error) {
      if (worker === started) worker = undefined;
      throw error;
    }
  };

  return {
    run(job, deadlineMs) {
      const result = queue.then(() => runNow(job, deadlineMs));
      // A job that failed must not stop those behind it; its own caller gets the error.
      queue = result.catch(() => undefined);
      return result;
    },
    async close() {
      const started = worker;
      worker = undefined;
      // A worker that could not be started has nothing to terminate; its job reports why.
      const running = await started?.catch(() => undefined);
      await running?.terminate();
    },
  };
}

/** Sends one job and waits for its outcome, the end of the worker, or the deadline. */
function exchange(worker: Worker, job: SandboxJob, deadlineMs: number): Promise<JsonataOutcome> {
  return new Promise(resolve => {
    const settle = (outcome: JsonataOutcome): void => {
      timer.cancel();
      worker.off('message', settle).off('error', onError).off('exit', onExit);
      worker.unref();
      resolve(outcome);
    };
    const onError = (error: unknown): void => settle(problem(isOutOfMemory(error) ? 'memory' : 'stopped'));
    const onExit = (): void => settle(problem('stopped'));
    const timer = systemClock.after(deadlineMs, () => settle(problem('timeout')));
    // Unlike an idle worker, one with a job keeps the process alive.
    worker.ref();
    worker.on('message', settle).on('error', onError).on('exit', onExit);
    try {
      worker.postMessage(job);
    } catch {
      settle(problem('input'));
    }
  });
}

/** Outcomes after which the worker cannot be used any more. */
const fatalCodes: ReadonlySet<string> = new Set(['timeout', 'memory', 'stopped']);

function problem(code: string): JsonataOutcome {
  return { ok: false, problem: { code } };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** One for the process, so that many engines share one thread. It holds nothing until an untrusted expression runs. */
const sharedSandbox = createExpressionSandbox();

/** Where untrusted expressions run when a host gives no sandbox of its own. */
export function processSandbox(): ExpressionSandbox {
  return sharedSandbox;
}

/** Terminates the worker of the process, if there is one. A later untrusted expression starts a new one. */
export function disposeExpressionWorkers(): Promise<void> {
  return sharedSandbox.close();
}

/** Starts the worker and waits until it has loaded what it needs. Beside `.ts` sources it is a `.ts` file itself. */
async function startWorker(): Promise<Worker> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./jsonata-worker.${extension}`, import.meta.url), {
    // Nothing of the host is handed on: no environment, no flags of its command line.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => {
      worker.off('error', reject);
      resolve();
    });
    worker.once('error', reject);
  });
  // Between jobs nobody listens; an error then only ends the worker, and the next job notices.
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}
