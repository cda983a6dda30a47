import type { HeaderPair } from '../../../transport.ts';
import type { HeaderDefaults, HeaderRecord, HeaderValue } from './client-types.ts';

/** Headers of one request by their names in small letters. */
export class RequestHeaders {
  readonly #values = new Map<string, readonly [name: string, value: string]>();

  /** No value takes the header away. */
  set(name: string, value: HeaderValue): void {
    if (value === undefined || value === null || value === false) this.#values.delete(name.toLowerCase());
    else
      this.#values.set(name.toLowerCase(), [name, Array.isArray(value) ? value.join(', ') : String(value)]);
  }

  setIfMissing(name: string, value: string): void {
    if (!this.#values.has(name.toLowerCase())) this.set(name, value);
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase())?.[1];
  }

  pairs(): readonly HeaderPair[] {
    return [...this.#values.values()];
  }
}

/** Later ones win: the client's for all requests, those for the method, its other ones, the request's. */
export function requestHeaders(
  method: string,
  defaults: HeaderDefaults,
  given: HeaderDefaults | undefined,
): RequestHeaders {
  const headers = new RequestHeaders();
  for (const source of [defaults, given ?? {}]) {
    for (const group of ['common', method.toLowerCase()]) {
      const values = source[group];
      if (isRecord(values)) for (const [name, value] of Object.entries(values)) headers.set(name, value);
    }
    for (const [name, value] of Object.entries(source)) {
      if (!isRecord(value)) headers.set(name, value);
    }
  }
  return headers;
}

function isRecord(value: HeaderValue | HeaderRecord): value is HeaderRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
