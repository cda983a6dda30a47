import type { FerruleError } from '../../index.ts';

const MIN_PAUSE_MS = 30_000;
const MAX_PAUSE_MS = 30 * 60_000;
/** A definition does not get better by itself, and whoever changes it is followed by calls. */
const BROKEN_PAUSE_MS = 3_600_000;

/** True for what may be over the next time; false for what somebody has to put right in the definition. */
export function isForNow({ category, code }: FerruleError): boolean {
  return category !== 'definition' && category !== 'input' && code !== 'NOT_FOUND';
}

/**
 * Milliseconds to leave a token alone that could not be renewed: doubled with every failure in a row, with jitter, and as
 * long as the server asked for. `random` is a number from 0 up to 1.
 */
export function toPauseMs(error: FerruleError, failures: number, random: number): number {
  if (!isForNow(error)) return BROKEN_PAUSE_MS * (1 + random);
  const { retryAfterMs } = error.details;
  const askedMs = typeof retryAfterMs === 'number' ? retryAfterMs : 0;
  const backoffMs = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** (failures - 1));
  return Math.max(askedMs, backoffMs * (0.5 + random));
}
