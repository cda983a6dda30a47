import { FerruleError } from '../index.ts';

/** How much may run at once. Nobody waits for a slot: a client that is told to come back soon can decide for itself. */
export class ExecutionSlots {
  readonly #limit: number;
  readonly #idle = new Set<() => void>();
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a slot; the returned function gives it back, once. @throws FerruleError SERVER_BUSY */
  take(): () => void {
    if (this.#taken >= this.#limit) {
      throw new FerruleError('SERVER_BUSY', 'The server runs as many executions as it may', {
        details: { limit: 'FERRULE_MAX_CONCURRENT', value: this.#limit },
      });
    }
    this.#taken += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#taken -= 1;
      if (this.#taken > 0) return;
      for (const resolve of this.#idle) resolve();
      this.#idle.clear();
    };
  }

  /** Resolves when nothing runs. */
  async whenIdle(): Promise<void> {
    if (this.#taken === 0) return;
    await new Promise<void>(resolve => this.#idle.add(resolve));
  }
}
