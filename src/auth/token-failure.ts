import type { ErrorCode } from '../errors/error-codes.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { describeAnswer, type TokenAnswer } from './token-answer.ts';

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

/** The value of an expression on a token answer; one that fails is an error of `code` that describes the answer. */
export async function evaluateOnAnswer(
  expression: { evaluate(answer: TokenAnswer): unknown },
  answer: TokenAnswer,
  code: ErrorCode,
  pointer: string,
): Promise<unknown> {
  try {
    return await expression.evaluate(answer);
  } catch (error) {
    if (!(error instanceof FerruleError) || error.code !== 'EXPRESSION_FAILED') throw error;
    throw new FerruleError(code, error.summary, {
      pointer,
      expected: error.expected,
      found: describeAnswer(answer),
      cause: error,
    });
  }
}
