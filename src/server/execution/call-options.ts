import { type CallOptions, FerruleError } from '../../index.ts';
import { hasFlag } from '../route.ts';

/** What the query of an execution asks for; each is off unless it is there. */
export const executionQuery = {
  debug: 'Answers with duration, outputs and the raw answer, instead of the outputs alone.',
  report: 'Answers with the whole report of the execution.',
  har: 'Adds the requests and answers to the report, as an HTTP Archive.',
  lenient: 'Missing and unknown parameters become diagnostics instead of errors.',
  timeoutMs: 'Milliseconds for the whole execution.',
};

export function toCallOptions(query: URLSearchParams, signal: AbortSignal): CallOptions {
  const timeout = query.get('timeoutMs');
  const timeoutMs = timeout !== null && /^\d{1,9}$/.test(timeout) ? Number(timeout) : undefined;
  if (timeout !== null && !timeoutMs) {
    throw new FerruleError('REQUEST_INVALID', 'The query parameter timeoutMs cannot be used', {
      expected: 'a whole number of milliseconds, greater than 0',
    });
  }
  return {
    signal,
    debug: hasFlag(query, 'debug'),
    har: hasFlag(query, 'har'),
    lenient: hasFlag(query, 'lenient'),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}
