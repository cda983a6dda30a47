import { randomUUID } from 'node:crypto';
import type { Timer } from '../../index.ts';
import type { ClaimedWork } from '../../store.ts';
import type { Services } from '../services.ts';
import { CANCELLED, LOST, runWork } from './run-work.ts';
import { settle } from './settle.ts';

/** Takes executions out of the queue and does them, a number of them at once. */
export interface Worker {
  /** Takes nothing more. */
  retire(): void;
  /** Resolves when nothing runs. */
  whenIdle(): Promise<void>;
  /** Ends what runs: it goes back into the queue, for another worker. */
  abort(reason: unknown): void;
}

interface Running {
  readonly work: ClaimedWork;
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** How often the queue is looked at without having been told of anything: for what became due. */
const LOOKED_EVERY_MS = 500;
/** Those that end within this time are replaced by one claim: a claim costs as much for one as for many. */
const GATHERED_MS = 5;

export function createWorker(services: Services): Worker {
  const { store, clock, log } = services;
  const { concurrency, leaseMs } = services.queue;
  const { claims } = store.queue;
  const owner = randomUUID();
  // Not by id: one that was lost and claimed again may be there twice for a moment.
  const running = new Set<Running>();
  let retired = false;
  let ending: { readonly reason: unknown } | undefined;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let soon: Timer | undefined;

  const begin = (work: ClaimedWork) => {
    const controller = new AbortController();
    const done = runWork(work, services, controller.signal)
      .then(verdict => settle(work, verdict, services, controller.signal))
      .catch(error => {
        // Its lease ends by itself, and another worker begins it again.
        log.error('execution_not_settled', { id: work.item.id, error: String(error) });
      })
      .finally(() => {
        running.delete(entry);
        lookSoon();
      });
    const entry: Running = { work, controller, done };
    running.add(entry);
    // It was on its way to us when everything else was ended.
    if (ending !== undefined) controller.abort(ending.reason);
  };
  const claim = async () => {
    do {
      lookAgain = false;
      const limit = concurrency - running.size;
      if (retired || limit <= 0) return;
      const claimed = await claims.claim({ owner, leaseMs, limit });
      for (const work of claimed) begin(work);
      if (claimed.length === limit) lookAgain = true;
    } while (lookAgain);
  };
  const look = () => {
    lookAgain = true;
    looking ??= claim()
      .catch(error => log.warn('queue_not_reached', { error: String(error) }))
      .finally(() => {
        looking = undefined;
      });
  };
  const lookSoon = () => {
    soon ??= clock.after(GATHERED_MS, () => {
      soon = undefined;
      look();
    });
  };
  const renew = async () => {
    // What is claimed from here on is not in the answer.
    const before = [...running];
    if (before.length === 0) return;
    const ids = before.map(({ work }) => work.item.id);
    const held = new Map((await claims.renew({ owner, ids, leaseMs })).map(each => [each.id, each]));
    for (const { work, controller } of before) {
      const mine = held.get(work.item.id);
      if (mine === undefined) controller.abort(LOST);
      else if (mine.cancelRequested) controller.abort(CANCELLED);
    }
  };
  const recover = async () => {
    if (!retired && (await claims.recover()) > 0) look();
  };

  const unsubscribe = store.changes.subscribe(({ kind }) => {
    if (kind === 'work' || kind === 'everything') look();
  });
  const every = (delayMs: number, step: () => unknown): { cancel(): void } => {
    let timer: Timer;
    const next = () => {
      timer = clock.after(delayMs, () => {
        // A database that is away is asked again the next time.
        Promise.resolve(step()).catch(error => log.warn('queue_not_reached', { error: String(error) }));
        next();
      });
    };
    next();
    return { cancel: () => timer.cancel() };
  };
  const looks = every(LOOKED_EVERY_MS, look);
  const recoveries = every(leaseMs / 2, recover);
  const renewals = every(leaseMs / 3, renew);
  look();

  return {
    retire() {
      retired = true;
      unsubscribe();
      looks.cancel();
      soon?.cancel();
      recoveries.cancel();
    },
    async whenIdle() {
      // What was being claimed at the end is run too.
      await looking;
      while (running.size > 0) await Promise.all([...running].map(({ done }) => done));
      if (retired) renewals.cancel();
    },
    abort(reason) {
      ending = { reason };
      for (const { controller } of running) controller.abort(reason);
    },
  };
}
