import type { AuthPlan } from '../compile/auth-plan.ts';
import { createApiKey } from './api-key.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import { createAwsSignatureV4 } from './aws-signature-v4.ts';
import { createBasicAuth } from './basic.ts';
import { createDigest } from './digest.ts';
import { createHmacSigning } from './hmac.ts';
import { createHttpBearerToken } from './http-bearer-token.ts';
import { createOauth1 } from './oauth1.ts';
import { createOauth2 } from './oauth2/create-oauth2.ts';
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
    case 'api_key':
      return createApiKey(plan, services);
    case 'aws_signature_v4':
      return createAwsSignatureV4(plan, services);
    case 'digest':
      return createDigest(plan, services);
    case 'hmac':
      return createHmacSigning(plan, services);
    case 'oauth1':
      return createOauth1(plan, services);
    case 'oauth2':
      return createOauth2(plan, services);
  }
}
