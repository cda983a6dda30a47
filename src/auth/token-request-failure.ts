import { FerruleError } from '../errors/ferrule-error.ts';

/**
 * The failure of sending a token request or of reading its answer, told apart from that of the operation itself.
 * What is wrong with the answer is TOKEN_REQUEST_FAILED; anything else keeps its code.
 */
export function toTokenFailure(error: unknown, pointer: string): unknown {
  if (!(error instanceof FerruleError)) return error;
  const isAnswer = error.code === 'BODY_MALFORMED' || error.code === 'BODY_ENCODING';
  return new FerruleError(
    isAnswer ? 'TOKEN_REQUEST_FAILED' : error.code,
    `The token request failed: ${error.summary}`,
    {
      stage: 'authenticate',
      pointer,
      expected: error.expected,
      found: error.found,
      suggestion: error.suggestion,
      ...(isAnswer ? {} : { hint: error.hint }),
      retryable: error.retryable,
      details: error.details,
      cause: error,
    },
  );
}
