import { SecretValue } from '../base/secret-value.ts';
import { KEPT_COOKIES, type KeepPlan, type TokenUsePlan } from '../compile/auth/token-use.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { CompiledExpression } from '../expression/expression.ts';
import type { AuthServices } from './auth-strategy.ts';
import { toGuarded, toNamedScope } from './compute-values.ts';
import { withAnswerCookies } from './cookies.ts';
import type { Token } from './token.ts';
import { describeAnswer, type TokenAnswer, toTokenValue } from './token-answer.ts';
import { toExpiresAtMs } from './token-expiry.ts';

/** What is known besides the answer when a token is made of it. */
export interface TokenCircumstances {
  readonly scope: RenderScope;
  /** What earlier answers left to keep. */
  readonly kept: ReadonlyMap<string, unknown>;
  /** Of the token before, when it was renewed by it: good until the answer brings another. */
  readonly refreshToken?: SecretValue | undefined;
}

type Services = Pick<AuthServices, 'clock' | 'redactor'>;

/**
 * The token of an answer, with its expiry, its refresh token and what the definition keeps of the answer.
 * `value` is what the definition's expression found.
 */
export async function toFetchedToken(
  found: unknown,
  answer: TokenAnswer,
  { use, pointer }: { readonly use: TokenUsePlan; readonly pointer: string },
  { scope, kept, refreshToken }: TokenCircumstances,
  services: Services,
): Promise<Token> {
  const { clock, redactor } = services;
  // An answer that is text often ends in a line break, which is no part of a token (RFC 6750 section 2.1).
  const isText = typeof answer.body === 'string' && typeof found === 'string';
  const value = toTokenValue(isText && !use.strict ? found.trim() : found, answer, pointer);
  redactor.add(value);
  const evaluate = (expression: CompiledExpression, code?: ErrorCode) =>
    evaluateOnAnswer(expression, answer, { ...scope, kept }, clock, code);
  const lifetime =
    use.expiry.value === null ? undefined : await evaluate(use.expiry.value, 'TOKEN_EXPIRY_INVALID');
  const expiresAtMs = toExpiresAtMs(use.expiry, lifetime, value.reveal(), clock);
  const renewal = use.refreshTokenOutput === null ? undefined : await evaluate(use.refreshTokenOutput);
  const ownRefreshToken =
    typeof renewal === 'string' && renewal !== '' ? new SecretValue(renewal) : refreshToken;
  const allKept = await keepValues(use.keep, answer, { ...scope, kept }, services, use.keepCookies);
  return {
    value,
    obtainedAtMs: clock.now(),
    expiresAtMs,
    ...(ownRefreshToken === undefined ? {} : { refreshToken: ownRefreshToken }),
    ...(allKept.size === 0 ? {} : { kept: allKept }),
  };
}

/** What was kept so far and what this answer adds. A value the answer does not have leaves the earlier one alone. */
export async function keepValues(
  plans: readonly KeepPlan[],
  answer: TokenAnswer,
  scope: RenderScope,
  { clock, redactor }: Services,
  keepCookies: boolean,
): Promise<ReadonlyMap<string, unknown>> {
  const kept = new Map(scope.kept);
  const remember = (text: string) => redactor.addText(text);
  for (const { name, value, secret } of plans) {
    const found = await evaluateOnAnswer(value, answer, { ...scope, kept }, clock);
    if (found === undefined || found === null) continue;
    kept.set(name, (secret ?? !isUrl(found)) ? toGuarded(found, remember) : found);
  }
  if (keepCookies) {
    const cookies = withAnswerCookies(toCookieText(kept), answer, clock);
    for (const pair of cookies.split('; ')) remember(pair.slice(pair.indexOf('=') + 1));
    if (cookies !== '') kept.set(KEPT_COOKIES, toGuarded(cookies, remember));
  }
  return kept;
}

/** The cookies kept so far, as they stand in a Cookie header. */
export function toCookieText(kept: ReadonlyMap<string, unknown> | undefined): string {
  const cookies = kept?.get(KEPT_COOKIES);
  return cookies instanceof SecretValue ? cookies.reveal() : '';
}

/** One that fails is an error of `code`, which says what the answer looks like. */
export async function evaluateOnAnswer(
  expression: CompiledExpression,
  answer: TokenAnswer,
  scope: RenderScope,
  clock: Services['clock'],
  code: ErrorCode = 'EXPRESSION_FAILED',
): Promise<unknown> {
  const { body, headers, statusCode } = answer;
  try {
    return await expression.evaluate({ body, headers, statusCode, ...toNamedScope(scope) }, { clock });
  } catch (error) {
    if (!(error instanceof FerruleError) || error.code !== 'EXPRESSION_FAILED') throw error;
    const { summary, pointer, expected } = error;
    throw new FerruleError(code, summary, { pointer, expected, found: describeAnswer(answer), cause: error });
  }
}

/** Where an API is, is no secret, and a report that hides it is of little use. */
function isUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\/[^?#@]*$/i.test(value) && URL.canParse(value);
}
