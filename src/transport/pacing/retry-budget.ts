/** Retries at hand when nothing has happened yet, and the most that are ever saved up. */
const RESERVE = 10;

/** What each request adds. */
const PER_REQUEST = 0.1;

/**
 * Keeps retries from multiplying the load of a server that fails anyway. Each request earns a tenth of a retry, each
 * retry costs one, and one that succeeded is paid back. Against a server that always fails, n requests cause at most
 * n / 10 + 10 retries: no more than 1.2 times the traffic from 100 requests on.
 */
export class RetryBudget {
  #retries = RESERVE;

  /** A request is sent for the first time. */
  earn(): void {
    this.#add(PER_REQUEST);
  }

  /** Takes one retry out; false when there is none. */
  spend(): boolean {
    // Tenths do not add up to exactly 1 in binary.
    if (this.#retries < 1 - 1e-9) return false;
    this.#retries -= 1;
    return true;
  }

  /** The retry was worth it. */
  payBack(): void {
    this.#add(1);
  }

  #add(retries: number): void {
    this.#retries = Math.min(RESERVE, this.#retries + retries);
  }
}
