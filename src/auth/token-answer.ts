import type { Clock } from '../base/clock.ts';
import type { Redactor } from '../base/redactor.ts';
import { SecretValue } from '../base/secret-value.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { ExpressionScope } from '../expression/expression.ts';
import { isJsonMediaType } from '../transport/bodies/body-decoding.ts';
import { readRetryAfterMs } from './retry-after.ts';
import type { Token } from './token.ts';

/** A lifetime of more than ten years is a time stamp or a mistake. */
const MAX_LIFETIME_SECONDS = 10 * 365 * 24 * 60 * 60;

/** Longer tokens do not fit into the head of a request. */
const MAX_TOKEN_LENGTH = 65_536;

/** What a token endpoint answered, read and parsed. */
export interface TokenAnswer extends ExpressionScope {
  readonly mediaType: string;
}

/**
 * Judges whether the answer is a success at all: a status of 2xx and no OAuth `error` (RFC 6749 section 5.2; some
 * servers send it with status 200).
 */
export function assertTokenAnswer(answer: TokenAnswer, pointer: string, redactor: Redactor): void {
  const refusal = readRefusal(answer.body);
  const retryAfterMs = readRetryAfterMs(answer.headers);
  const details = {
    statusCode: answer.statusCode,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  if (refusal !== undefined) {
    const description = refusal.description === undefined ? '' : `: ${redactor.redact(refusal.description)}`;
    throw new FerruleError(
      'TOKEN_REFUSED',
      `The token endpoint answered ${answer.statusCode} with error "${redactor.redact(refusal.error)}"${description}`,
      { pointer, details: { ...details, error: redactor.redact(refusal.error) } },
    );
  }
  if (answer.statusCode >= 200 && answer.statusCode < 300) return;
  const said = readMessage(answer.body);
  const words = said === undefined ? '' : `: ${redactor.redact(said)}`;
  throw new FerruleError('TOKEN_REQUEST_FAILED', `The token endpoint answered ${answer.statusCode}${words}`, {
    pointer,
    expected: 'a status of 2xx',
    found: describeAnswer(answer),
    retryable: answer.statusCode >= 500 || answer.statusCode === 429,
    details,
  });
}

/**
 * The answer with a form-encoded body as an object: some servers answer `access_token=…&expires_in=…`, and not all of
 * them say so. Only text with an `access_token` or `error` in it is taken for a form without being called one.
 */
export function withFormBody<Answer extends TokenAnswer>(answer: Answer): Answer {
  const { body, mediaType } = answer;
  if (typeof body !== 'string') return answer;
  const text = body.trim();
  const isForm =
    mediaType === 'application/x-www-form-urlencoded' ||
    /^(?:[\w.-]+=[^&=\s]*&)*(?:access_token|error)=[^&=\s]+(?:&[\w.-]+=[^&\s]*)*$/.test(text);
  return isForm ? { ...answer, body: Object.fromEntries(new URLSearchParams(text)) } : answer;
}

/** What a definition with `strict` expects of every answer on the way to a token (RFC 6749 section 5.1). */
export function assertStrictAnswer(answer: TokenAnswer, pointer: string): void {
  const isObject = typeof answer.body === 'object' && answer.body !== null;
  if (answer.statusCode === 200 && isObject && isJsonMediaType(answer.mediaType)) return;
  throw new FerruleError('TOKEN_REQUEST_FAILED', 'The token answer is not what standards have', {
    pointer,
    expected: 'a JSON object with status 200 (RFC 6749 section 5.1)',
    found: `${describeAnswer(answer)} with status ${answer.statusCode}`,
  });
}

/** The token of an answer: a non-empty text without spaces at its ends or control characters. */
export function toTokenValue(value: unknown, answer: TokenAnswer, pointer: string): SecretValue {
  const usable =
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= MAX_TOKEN_LENGTH &&
    value.trim() === value &&
    !/\p{Cc}/u.test(value);
  if (usable) return new SecretValue(value);
  throw new FerruleError('TOKEN_MISSING', 'The token answer holds no usable token', {
    pointer,
    expected:
      typeof value === 'string' && value !== ''
        ? `a text of at most ${MAX_TOKEN_LENGTH} characters, without white space at its ends and control characters`
        : 'a non-empty text',
    found: `${describeValue(value)} in ${describeAnswer(answer)}`,
  });
}

/**
 * The lifetime in seconds: a number greater than zero, or a text that is one.
 * Zero, negative numbers, words and lifetimes of more than ten years are errors, since a token that seems to live
 * for ever or not at all would be renewed too late or with every call.
 */
export function toLifetimeSeconds(value: unknown, pointer: string): number {
  const seconds = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof seconds === 'number' && seconds > 0 && seconds <= MAX_LIFETIME_SECONDS) return seconds;
  throw new FerruleError('TOKEN_EXPIRY_INVALID', 'The token answer holds no usable lifetime', {
    pointer,
    expected: 'a number of seconds greater than 0 and at most ten years',
    found: typeof seconds === 'number' ? describeNumber(seconds) : describeValue(value),
  });
}

/** A token that lives from now for the given number of seconds. */
export function toToken(value: SecretValue, lifetimeSeconds: number, clock: Clock): Token {
  const obtainedAtMs = clock.now();
  return { value, obtainedAtMs, expiresAtMs: obtainedAtMs + lifetimeSeconds * 1000 };
}

/** "a JSON object with the fields access_token, expires_in", "text/html of 4096 characters": never a value. */
export function describeAnswer({ body, mediaType }: TokenAnswer): string {
  const type = mediaType === '' ? 'no content type' : mediaType;
  if (body === undefined || body === '') return `an empty body (${type})`;
  return `${describeValue(body)} (${type})`;
}

interface Refusal {
  readonly error: string;
  readonly description: string | undefined;
}

function readRefusal(body: unknown): Refusal | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { error, error_description: description } = body as { error?: unknown; error_description?: unknown };
  if (typeof error !== 'string' || error === '') return undefined;
  return {
    error: error.slice(0, 100),
    description: typeof description === 'string' ? description.slice(0, 500) : undefined,
  };
}

/** Where servers without OAuth say what is wrong; the shallowest text of such a name in a JSON answer. */
const MESSAGE_NAMES = [
  'message',
  'error_description',
  'errorMessage',
  'error_message',
  'detail',
  'title',
  'reason',
];

function readMessage(body: unknown, depth = 0): string | undefined {
  if (typeof body !== 'object' || body === null || depth > 3) return undefined;
  const own = MESSAGE_NAMES.map(name => Reflect.get(body, name)).find(
    text => typeof text === 'string' && text.trim() !== '',
  );
  if (typeof own === 'string') return own.slice(0, 500);
  for (const member of Object.values(body).slice(0, 20)) {
    const inner = readMessage(member, depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function describeNumber(value: number): string {
  return value > MAX_LIFETIME_SECONDS && value < 1e14
    ? `${value}, which looks like a point in time`
    : String(value);
}
