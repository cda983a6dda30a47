import type { HeaderPair } from '../transport.ts';
import type { DispatchController, DispatchHandler } from './undici-client.ts';

/** The head of an answer by lower-case name. */
export type Head = Parameters<NonNullable<DispatchHandler['onResponseStart']>>[2];

/** Field values are bytes; Node and undici agree on reading them as ISO 8859-1. */
export function toHeaderPairs(raw: DispatchController['rawHeaders']): readonly HeaderPair[] {
  if (raw === null || raw === undefined) return [];
  if (!Array.isArray(raw)) return toPairsOfObject(raw);
  const pairs: HeaderPair[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    pairs.push([toText(raw[index]), toText(raw[index + 1])]);
  }
  return pairs;
}

/** HTTP/2 heads come as an object, pseudo headers (`:status`) included. */
function toPairsOfObject(raw: Head): readonly HeaderPair[] {
  const pairs: HeaderPair[] = [];
  for (const name of Object.keys(raw)) {
    const value = raw[name];
    if (value === undefined || name.startsWith(':')) continue;
    if (typeof value === 'string') pairs.push([name, value]);
    else for (const each of value) pairs.push([name, each]);
  }
  return pairs;
}

function toText(value: Buffer | string | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}

export function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

export function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
