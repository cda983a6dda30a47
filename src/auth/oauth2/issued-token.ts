import type { SecretValue } from '../../base/secret-value.ts';
import type { Oauth2Plan } from '../../compile/auth/oauth2.ts';
import type { TokenUsePlan } from '../../compile/auth/token-use.ts';
import type { RenderScope } from '../../compile/render-scope.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { AuthServices } from '../auth-strategy.ts';
import { evaluateOnAnswer, toFetchedToken } from '../fetched-token.ts';
import type { Token } from '../token.ts';
import { describeAnswer, type TokenAnswer } from '../token-answer.ts';
import { isInteractive } from './grants.ts';
import { readMember } from './token-response.ts';

export interface IssueCircumstances {
  readonly scope: RenderScope;
  readonly services: AuthServices;
  /** The one used to get the answer; it stays good unless a new one came (RFC 6749 section 6). */
  readonly refreshToken?: SecretValue | undefined;
  /** What earlier answers left to keep. */
  readonly kept?: ReadonlyMap<string, unknown> | undefined;
}

/** The token of an answer of the token endpoint. */
export async function toIssuedToken(
  plan: Oauth2Plan,
  answer: TokenAnswer,
  { scope, services, refreshToken, kept = new Map() }: IssueCircumstances,
): Promise<Token> {
  assertObject(answer, `${plan.pointer}/tokenUrl`);
  const { redactor, clock } = services;
  const found = await evaluateOnAnswer(plan.tokenOutput, answer, { ...scope, kept }, clock, 'TOKEN_MISSING');
  const places = { use: toUse(plan, answer, refreshToken), pointer: plan.pointer };
  const token = await toFetchedToken(found, answer, places, { scope, kept, refreshToken }, services);
  if (token.refreshToken !== undefined) redactor.add(token.refreshToken);
  return token;
}

/** A token that nothing but a person can renew, and whose server names no end, is used until it is rejected. */
function toUse(
  { use, grant, expiryIsDefault }: Oauth2Plan,
  answer: TokenAnswer,
  refreshToken?: SecretValue,
): TokenUsePlan {
  const isRenewable = refreshToken !== undefined || readMember(answer, 'refresh_token') !== undefined;
  const isSilent = expiryIsDefault && readMember(answer, 'expires_in') === undefined;
  return isSilent && !isRenewable && isInteractive(grant)
    ? { ...use, expiry: { ...use.expiry, format: 'never' } }
    : use;
}

function assertObject(answer: TokenAnswer, pointer: string): void {
  const { body, mediaType } = answer;
  if (typeof body === 'object' && body !== null) return;
  throw new FerruleError('TOKEN_MISSING', 'The token answer is not a JSON object', {
    pointer,
    expected: 'a JSON object with access_token (RFC 6749 section 5.1)',
    found: mediaType === '' ? 'a body without content type' : describeAnswer(answer),
  });
}
