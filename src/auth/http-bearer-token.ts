import type { HttpBearerTokenPlan } from '../compile/auth-plan.ts';
import { renderRequest } from '../compile/render-request.ts';
import type { AuthCall, AuthServices, AuthStrategy } from './auth-strategy.ts';
import { createKeyOf } from './request-key.ts';
import { assertTokenAnswer, toLifetimeSeconds, toToken, toTokenValue } from './token-answer.ts';
import { createTokenStrategy } from './token-strategy.ts';

/** A token fetched by an operation of its own, found in the answer by expressions. */
export function createHttpBearerToken(plan: HttpBearerTokenPlan, services: AuthServices): AuthStrategy {
  const { clock, redactor } = services;
  const render = (call: AuthCall) => renderRequest(plan.request, call.scope);
  const source = {
    keyOf: createKeyOf(plan, render),
    async request(call: AuthCall) {
      const answer = await services.exchange(render(call), {
        scope: call.scope,
        trust: plan.trust,
        maxRedirects: plan.maxRedirects,
      });
      assertTokenAnswer(answer, `${plan.pointer}/token/operation`, redactor);
      const found = await plan.tokenOutput.evaluate(answer);
      const token = toTokenValue(found, answer, `${plan.pointer}/token/tokenOutput`);
      const lifetime = await plan.expirationOutput.evaluate(answer);
      return toToken(token, toLifetimeSeconds(lifetime, `${plan.pointer}/token/expirationOutput`), clock);
    },
  };
  return createTokenStrategy(source, plan.placement, services);
}
