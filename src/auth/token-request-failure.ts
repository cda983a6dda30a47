import { FerruleError } from '../errors/ferrule-error.ts';

/**
 * The failure of sending a token request or of reading its answer, told apart from that of the operation itself.
 * What is wrong with the answer is TOKEN_REQUEST_FAILED; anything else keeps its code.
 */
export function toTokenRequestFailure(error: unknown, pointer: string | undefined): unknown {
  if (!(error instanceof FerruleError)) return error;
  const { code, expected, found, suggestion, retryable, details } = error;
  const isAnswer = code === 'BODY_MALFORMED' || code === 'BODY_ENCODING';
  return new FerruleError(
    isAnswer ? 'TOKEN_REQUEST_FAILED' : code,
    `The token request failed: ${error.summary}`,
    {
      stage: 'authenticate',
      pointer: error.pointer ?? pointer,
      expected,
      found,
      suggestion,
      retryable,
      details,
      ...(isAnswer ? {} : { hint: error.hint }),
      cause: error,
    },
  );
}
