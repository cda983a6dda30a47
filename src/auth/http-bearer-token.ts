import type { HttpBearerTokenPlan } from '../compile/auth-plan.ts';
import { renderRequest } from '../compile/render-request.ts';
import type { AuthCall, AuthServices, AuthStrategy } from './auth-strategy.ts';
import { createKeyOf } from './request-key.ts';
import { assertTokenAnswer, toLifetimeSeconds, toToken, toTokenValue } from './token-answer.ts';
import { evaluateOnAnswer } from './token-failure.ts';
import { createTokenStrategy } from './token-strategy.ts';

/** A token fetched by an operation of its own, found in the answer by expressions. */
export function createHttpBearerToken(plan: HttpBearerTokenPlan, services: AuthServices): AuthStrategy {
  const { clock, redactor } = services;
  const render = (call: AuthCall) => renderRequest(plan.request, call.scope);
  const source = {
    keyOf: createKeyOf(plan, render, [plan.tokenOutput.source, plan.expirationOutput.source]),
    async request(call: AuthCall) {
      const places = {
        request: `${plan.pointer}/token/operation`,
        token: `${plan.pointer}/token/tokenOutput`,
        expiry: `${plan.pointer}/token/expirationOutput`,
      };
      const answer = await services.exchange(render(call), {
        pointer: places.request,
        scope: call.scope,
        trust: plan.trust,
        maxRedirects: plan.maxRedirects,
      });
      assertTokenAnswer(answer, places.request, redactor);
      const found = await evaluateOnAnswer(plan.tokenOutput, answer, 'TOKEN_MISSING', places.token);
      const token = toTokenValue(found, answer, places.token);
      const lifetime = await evaluateOnAnswer(
        plan.expirationOutput,
        answer,
        'TOKEN_EXPIRY_INVALID',
        places.expiry,
      );
      return toToken(token, toLifetimeSeconds(lifetime, places.expiry), clock);
    },
  };
  return createTokenStrategy(source, plan.placement, services);
}
