import type { AuthPlan } from '../compile/auth-plan.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import { createBasicAuth } from './basic.ts';
import { createClientCredentials } from './client-credentials.ts';
import { createHttpBearerToken } from './http-bearer-token.ts';
import { createRawBearerToken } from './raw-bearer-token.ts';

/** The strategy of a plan. This switch is the only place that knows all of them. */
export function createStrategy(plan: AuthPlan, services: AuthServices): AuthStrategy {
  switch (plan.authType) {
    case 'none':
      return { authenticate: request => ({ request }) };
    case 'basic':
      return createBasicAuth(plan, services);
    case 'raw_bearer_token':
      return createRawBearerToken(plan, services);
    case 'http_bearer_token':
      return createHttpBearerToken(plan, services);
    case 'client_credentials':
      return createClientCredentials(plan, services);
  }
}
