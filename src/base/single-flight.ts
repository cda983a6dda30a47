/**
 * At most one piece of work per key at a time; whoever asks while it runs shares its outcome.
 * The work is nobody's in particular: a caller that stops waiting does not stop it.
 */
export class SingleFlight<Key, Result> {
  readonly #running = new Map<Key, Promise<Result>>();

  run(key: Key, work: () => Promise<Result>): Promise<Result> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => {
      if (this.#running.get(key) === started) this.#running.delete(key);
    });
    this.#running.set(key, started);
    return started;
  }

  isRunning(key: Key): boolean {
    return this.#running.has(key);
  }
}
