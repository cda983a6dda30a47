import type { Clock, Timer } from '../../base/clock.ts';
import { type Linked, LinkedList } from '../../base/linked-list.ts';

/** Something that is due at a time, on the scale of `clock.monotonicNow()`. */
export interface DueItem extends Linked<DueItem> {
  readonly dueAtMs: number;
  /** It is due. What it sets `dueAtMs` to counts from then on; it may also leave the list. */
  onDue(nowMs: number): void;
}

/**
 * Many deadlines, one timer. Nearly all of them are met long before they fire, so joining and leaving are what counts:
 * a few assignments, where a timer of one's own takes 1 µs and a set of all items two. The timer goes by the soonest
 * of the items that were there when it was set, and is cancelled with the last one.
 */
export class DueList {
  readonly #clock: Clock;
  readonly #items = new LinkedList<DueItem>();
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  join(item: DueItem, nowMs: number): void {
    this.#items.add(item);
    if (item.dueAtMs < this.#timerAtMs) this.#setTimer(item.dueAtMs, nowMs);
  }

  leave(item: DueItem): void {
    this.#items.remove(item);
    if (this.#items.first === undefined) this.#cancelTimer();
  }

  #setTimer(atMs: number, nowMs: number): void {
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = this.#clock.after(Math.max(1, atMs - nowMs), () => this.#expire());
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }

  #expire(): void {
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.monotonicNow();
    // What one does may end others, so all that are due are looked up before the first is told.
    const due = [...this.#items].filter(item => item.dueAtMs <= nowMs);
    for (const item of due) if (this.#items.has(item)) item.onDue(nowMs);
    let soonestAtMs = Number.POSITIVE_INFINITY;
    for (const { dueAtMs } of this.#items) soonestAtMs = Math.min(soonestAtMs, dueAtMs);
    if (soonestAtMs < this.#timerAtMs) this.#setTimer(soonestAtMs, nowMs);
  }
}
