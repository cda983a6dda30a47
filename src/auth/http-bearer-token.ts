import type { HttpBearerTokenPlan, TokenRefreshPlan } from '../compile/auth/http-bearer-token.ts';
import type { TokenExchangePlan } from '../compile/auth/token-request.ts';
import { renderRequest } from '../compile/render-request.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { AuthCall, AuthServices, AuthStrategy } from './auth-strategy.ts';
import { placeCookies } from './cookies.ts';
import { evaluateOnAnswer, keepValues, toCookieText, toFetchedToken } from './fetched-token.ts';
import { createInputKeyOf, createKeyOf, withCertificate } from './request-key.ts';
import type { StoredToken, Token } from './token.ts';
import { assertStrictAnswer, assertTokenAnswer, type TokenAnswer, withFormBody } from './token-answer.ts';
import { createTokenStrategy } from './token-strategy.ts';

/**
 * A token fetched by an operation of its own, found in the answer by expressions. Steps may come before it, and a
 * refresh request may renew it.
 */
export function createHttpBearerToken(plan: HttpBearerTokenPlan, services: AuthServices): AuthStrategy {
  const render = (call: AuthCall) => renderRequest(plan.exchange.request, call.scope);
  const keyOf = plan.steps.length === 0 ? createKeyOf(plan, render) : createInputKeyOf(plan);
  const source = {
    keyOf: withCertificate(keyOf, plan.exchange, services),
    async request({ scope, witness }: AuthCall, current: StoredToken | undefined): Promise<Token> {
      const witnessed = withWitness(services, witness);
      const renewed = await refreshToken(plan, scope, current, witnessed);
      return renewed ?? requestToken(plan, scope, witnessed);
    },
  };
  return createTokenStrategy(source, plan.use, services);
}

function withWitness(services: AuthServices, witness: AuthCall['witness']): AuthServices {
  if (witness === undefined) return services;
  return { ...services, exchange: (request, target) => services.exchange(request, { ...target, witness }) };
}

/** The steps one after the other, each with what those before it kept, and then the token request. */
async function requestToken(
  { steps, exchange, tokenOutput, use, pointer }: HttpBearerTokenPlan,
  scope: RenderScope,
  services: AuthServices,
): Promise<Token> {
  let kept: ReadonlyMap<string, unknown> = new Map();
  for (const step of steps) {
    const answer = await ask(step.exchange, { ...scope, kept }, use.strict, services);
    kept = await keepValues(step.keep, answer, { ...scope, kept }, services, use.keepCookies);
  }
  const answer = await ask(exchange, { ...scope, kept }, use.strict, services);
  const found = await evaluateOnAnswer(
    tokenOutput,
    answer,
    { ...scope, kept },
    services.clock,
    'TOKEN_MISSING',
  );
  const places = { use, pointer: `${pointer}/token/tokenOutput` };
  return toFetchedToken(found, answer, places, { scope, kept }, services);
}

/**
 * The token that the last one brings by the refresh request; undefined when there is none to begin with, or when the
 * server refuses: then a token is requested as if for the first time. Other failures are the caller's to know.
 */
async function refreshToken(
  { refresh, pointer }: HttpBearerTokenPlan,
  scope: RenderScope,
  current: StoredToken | undefined,
  services: AuthServices,
): Promise<Token | undefined> {
  if (refresh === null || current === undefined || !canRefresh(refresh, current)) return undefined;
  const { value, refreshToken, kept = new Map() } = current;
  const locals = new Map([
    ['token', value],
    ['refresh_token', refreshToken],
  ]);
  const refreshScope = { ...scope, locals, kept };
  const places = { use: refresh.use, pointer: `${pointer}/token/tokenOutput` };
  try {
    const answer = await ask(refresh.exchange, refreshScope, refresh.use.strict, services);
    const found = await evaluateOnAnswer(
      refresh.tokenOutput,
      answer,
      refreshScope,
      services.clock,
      'TOKEN_MISSING',
    );
    return await toFetchedToken(found, answer, places, { scope: refreshScope, kept, refreshToken }, services);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function canRefresh({ needsRefreshToken }: TokenRefreshPlan, { refreshToken }: StoredToken): boolean {
  return refreshToken !== undefined || !needsRefreshToken;
}

/** The server said no, as opposed to saying nothing. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof FerruleError) || error.retryable) return false;
  return ['TOKEN_REFUSED', 'TOKEN_REQUEST_FAILED', 'TOKEN_MISSING'].includes(error.code);
}

async function ask(
  { request, pointer, ...target }: TokenExchangePlan,
  scope: RenderScope,
  strict: boolean,
  services: AuthServices,
): Promise<TokenAnswer> {
  const rendered = placeCookies(renderRequest(request, scope), toCookieText(scope.kept));
  const received = await services.exchange(rendered, { ...target, pointer, scope });
  const answer = strict ? received : withFormBody(received);
  assertTokenAnswer(answer, pointer, services.redactor);
  if (strict) assertStrictAnswer(answer, pointer);
  return answer;
}
