import { FerruleError } from '../errors/ferrule-error.ts';
import type { Meter } from './meter.ts';

/**
 * The error for something a built-in of the engine threw while `name` ran. The engine's own message is left out,
 * because it can quote the data.
 */
export function toFailure(error: unknown, name: string, meter: Meter): unknown {
  if (error instanceof FerruleError) return error;
  if (error instanceof RangeError) return meter.failure(`${name} was given a value outside its range`);
  if (error instanceof URIError) return meter.failure(`${name} was given a text that is not well-formed`);
  if (error instanceof TypeError) return meter.failure(`${name} was given a value it cannot use`);
  // atob and btoa throw this one.
  if (error instanceof DOMException)
    return meter.failure(`${name} was given characters it cannot encode or decode`);
  return error;
}
