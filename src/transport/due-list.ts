import type { Clock, Timer } from '../base/clock.ts';

/** Something that is due at a time, on the scale of `clock.monotonicNow()`. The links belong to the list. */
export interface DueItem {
  readonly dueAtMs: number;
  /** It is due. What it sets `dueAtMs` to counts from then on; it may also leave the list. */
  onDue(nowMs: number): void;
  earlier: DueItem | undefined;
  later: DueItem | undefined;
}

/**
 * Many deadlines, one timer. Nearly all of them are met long before they fire, so joining and leaving are what counts:
 * a few assignments, where a timer of one's own takes 1 µs and a set of all items two. The timer goes by the soonest
 * of the items that were there when it was set, and is cancelled with the last one.
 */
export class DueList {
  readonly #clock: Clock;
  #last: DueItem | undefined;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  join(item: DueItem, nowMs: number): void {
    item.earlier = this.#last;
    if (this.#last !== undefined) this.#last.later = item;
    this.#last = item;
    if (item.dueAtMs < this.#timerAtMs) this.#setTimer(item.dueAtMs, nowMs);
  }

  leave(item: DueItem): void {
    const { earlier, later } = item;
    if (earlier !== undefined) earlier.later = later;
    if (later !== undefined) later.earlier = earlier;
    else if (this.#last === item) this.#last = earlier;
    item.earlier = undefined;
    item.later = undefined;
    if (this.#last === undefined) this.#cancelTimer();
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
    for (const item of this.#itemsDue(nowMs)) if (this.#holds(item)) item.onDue(nowMs);
    let soonestAtMs = Number.POSITIVE_INFINITY;
    for (let item = this.#last; item !== undefined; item = item.earlier) {
      soonestAtMs = Math.min(soonestAtMs, item.dueAtMs);
    }
    if (soonestAtMs < this.#timerAtMs) this.#setTimer(soonestAtMs, nowMs);
  }

  #itemsDue(nowMs: number): readonly DueItem[] {
    const due: DueItem[] = [];
    for (let item = this.#last; item !== undefined; item = item.earlier) {
      if (item.dueAtMs <= nowMs) due.push(item);
    }
    return due.reverse();
  }

  #holds(item: DueItem): boolean {
    return item === this.#last || item.later !== undefined;
  }
}
