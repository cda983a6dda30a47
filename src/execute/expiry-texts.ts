/** Writes times as ISO 8601. The last one is remembered: writing one takes 1 µs, and a token's stays the same for an hour. */
export class ExpiryTexts {
  #atMs = Number.NaN;
  #text = '';

  of(atMs: number): string {
    if (atMs !== this.#atMs) {
      this.#text = new Date(atMs).toISOString();
      this.#atMs = atMs;
    }
    return this.#text;
  }
}
