import type { ApiKeyPlan } from '../compile/auth/api-key.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import { placeCredential } from './place-credential.ts';
import { decodePercent } from './request-url.ts';

/** Keys that are simply known, each in a header, a query parameter or a cookie. */
export function createApiKey(plan: ApiKeyPlan, { redactor }: AuthServices): AuthStrategy {
  return {
    authenticate(request, { scope }) {
      let authenticated = request;
      for (const { placement, prefix } of plan.keys) {
        const key = placement.value.render(scope);
        if (key === '') {
          throw new FerruleError('CREDENTIAL_INVALID', `The key "${placement.name}" is empty`, {
            pointer: placement.pointer,
            expected: 'a key',
          });
        }
        redactor.addText(placement.in === 'query' ? decodePercent(key) : key);
        authenticated = placeCredential(authenticated, placement, prefix + key);
      }
      return { request: authenticated };
    },
  };
}
