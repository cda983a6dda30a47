import type { RawBearerTokenPlan } from '../compile/auth-plan.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import { placeHeader } from './place-header.ts';

/** A token that is simply known, placed in a header (RFC 6750 section 2.1 by default). */
export function createRawBearerToken(plan: RawBearerTokenPlan, { redactor }: AuthServices): AuthStrategy {
  return {
    authenticate(request, { scope }) {
      const token = plan.token.render(scope);
      if (token === '') {
        throw new FerruleError('CREDENTIAL_INVALID', 'The token is empty', {
          pointer: `${plan.pointer}/token`,
          expected: 'a token',
        });
      }
      redactor.addText(token);
      const { header, prefix } = plan.placement;
      return { request: placeHeader(request, header, prefix === '' ? token : `${prefix} ${token}`) };
    },
  };
}
