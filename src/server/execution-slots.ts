import { FerruleError } from '../index.ts';

export interface ExecutionSlotsOptions {
  /** How much may run at once. */
  readonly limit: number;
  /** The most that one caller may hold of what others do not hold, 1 to 100. */
  readonly sharePercent: number;
}

/**
 * How much may run at once, and how much of it for one caller: a share of what others leave. Alone it gets most, beside
 * others less, and never the last place of what it shares, so that whoever holds none finds one. A caller that took more
 * while it was alone gets no further ones until it is back at its share. Nobody waits for a slot: a client that is told to come
 * back soon can decide for itself.
 */
export class ExecutionSlots {
  readonly #limit: number;
  readonly #sharePercent: number;
  readonly #idle = new Set<() => void>();
  readonly #held = new Map<string, number>();
  #taken = 0;

  constructor({ limit, sharePercent }: ExecutionSlotsOptions) {
    this.#limit = limit;
    this.#sharePercent = sharePercent;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a slot for a caller; the returned function gives it back, once. @throws FerruleError SERVER_BUSY */
  take(caller: string): () => void {
    if (this.#taken >= this.#limit) {
      throw new FerruleError('SERVER_BUSY', 'The server runs as many executions as it may', {
        details: { limit: 'FERRULE_MAX_CONCURRENT', value: this.#limit },
      });
    }
    const held = this.#held.get(caller) ?? 0;
    const share = this.#shareOf(held);
    if (held >= share) {
      throw new FerruleError('SERVER_BUSY', 'The caller runs as many executions as it may at once', {
        hint: 'The other places are kept for other callers; the share is FERRULE_CALLER_SHARE_PERCENT.',
        details: { limit: 'FERRULE_CALLER_SHARE_PERCENT', value: share },
      });
    }
    this.#held.set(caller, held + 1);
    this.#taken += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#giveBack(caller);
    };
  }

  /** Resolves when nothing runs. */
  async whenIdle(): Promise<void> {
    if (this.#taken === 0) return;
    await new Promise<void>(resolve => this.#idle.add(resolve));
  }

  /** At least one: a free place is never kept from a caller that holds none. */
  #shareOf(held: number): number {
    const leftByOthers = this.#limit - (this.#taken - held);
    return Math.max(1, Math.floor((leftByOthers * this.#sharePercent) / 100));
  }

  #giveBack(caller: string): void {
    const left = (this.#held.get(caller) ?? 1) - 1;
    if (left === 0) this.#held.delete(caller);
    else this.#held.set(caller, left);
    this.#taken -= 1;
    if (this.#taken > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}
