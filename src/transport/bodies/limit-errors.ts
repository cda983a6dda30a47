import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Limits } from '../transport.ts';

/** The error for an answer that grows beyond a limit; `unit` says what `value` counts. */
export function toLimitError(
  limit: keyof Limits,
  value: number,
  unit: string,
  { host, port }: { readonly host: string; readonly port: number },
): FerruleError {
  return new FerruleError(
    'LIMIT_EXCEEDED',
    `${host}:${port}: the answer exceeds limits.${limit} (${value} ${unit})`,
    { details: { host, port, limit, value } },
  );
}

/** The error for a stream that holds one piece larger than `limits.maxEventBytes`. */
export function toEventLimitError(subject: 'an event' | 'a value', maxEventBytes: number): FerruleError {
  return new FerruleError(
    'LIMIT_EXCEEDED',
    `the stream holds ${subject} larger than limits.maxEventBytes (${maxEventBytes} bytes)`,
    { details: { limit: 'maxEventBytes', value: maxEventBytes } },
  );
}
