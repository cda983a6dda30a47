/**
 * At most `requests` in any stretch of `perMs` milliseconds, wherever it begins: a token bucket would let twice as
 * many through around the moment it is refilled. Remembers one time per request of a window.
 */
export class SendingWindow {
  readonly #requests: number;
  readonly #perMs: number;
  /** A ring once it is full; `#oldest` is then its beginning. */
  readonly #sentAtMs: number[] = [];
  #oldest = 0;

  constructor(requests: number, perMs: number) {
    this.#requests = requests;
    this.#perMs = perMs;
  }

  /** When the request may be sent that `ahead` others go before, if all go as early as they may. */
  opensAtMs(ahead: number, nowMs: number): number {
    const known = this.#sentAtMs.length;
    // Each request has to wait for the one `requests` places earlier; that one may itself be yet to come.
    const index = known + ahead - this.#requests;
    if (index < 0) return nowMs;
    const laterWindows = Math.floor(index / this.#requests);
    const place = index % this.#requests;
    // Beyond what is known it is one of those ahead, and that one can go at once.
    const sentAtMs = place < known ? this.#sentAtMs[(this.#oldest + place) % known] : undefined;
    const firstMs = Math.max(nowMs, (sentAtMs ?? nowMs) + this.#perMs);
    return firstMs + laterWindows * this.#perMs;
  }

  /** A request is sent now. */
  note(nowMs: number): void {
    if (this.#sentAtMs.length < this.#requests) {
      this.#sentAtMs.push(nowMs);
      return;
    }
    this.#sentAtMs[this.#oldest] = nowMs;
    this.#oldest = (this.#oldest + 1) % this.#requests;
  }
}
