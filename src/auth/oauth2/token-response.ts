import { FerruleError } from '../../errors/ferrule-error.ts';
import type { TokenAnswer } from '../token-answer.ts';

/** The answer with a body of JSON as a value, also where the server calls it something else, such as `text/html`. */
export function withJsonBody(answer: TokenAnswer): TokenAnswer {
  const { body } = answer;
  if (typeof body !== 'string' || !/^\s*\{/.test(body)) return answer;
  try {
    return { ...answer, body: JSON.parse(body) };
  } catch {
    // Not JSON after all, so it is the text it says it is.
    return answer;
  }
}

/** What `strict` asks of a token besides: RFC 6749 sections 5.1 and 7.1 to the letter. */
export function assertStrictToken(answer: TokenAnswer, pointer: string): void {
  const type = readMember(answer, 'token_type');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    throw notStrict(pointer, 'token_type "Bearer"', typeof type === 'string' ? type.slice(0, 40) : 'none');
  }
  const lifetime = readMember(answer, 'expires_in');
  if (lifetime !== undefined && typeof lifetime !== 'number') {
    throw notStrict(pointer, 'expires_in as a number', typeof lifetime);
  }
}

/** A member of the answer; undefined when there is none, or null. */
export function readMember({ body }: TokenAnswer, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  return Reflect.get(body, name) ?? undefined;
}

/** A member that is a text with something in it. */
export function readText(answer: TokenAnswer, name: string): string | undefined {
  const value = readMember(answer, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function notStrict(pointer: string, expected: string, found: string): FerruleError {
  return new FerruleError('TOKEN_REQUEST_FAILED', 'The token answer is not what standards have', {
    pointer,
    expected: `${expected} (RFC 6749 section 5.1)`,
    found,
    retryable: false,
  });
}
