import type { BasicAuthPlan } from '../compile/auth-plan.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import { placeHeader } from './place-header.ts';

/** HTTP Basic authentication (RFC 7617), user name and password in UTF-8. */
export function createBasicAuth(plan: BasicAuthPlan, { redactor }: AuthServices): AuthStrategy {
  return {
    authenticate(request, { scope }) {
      const username = plan.username.render(scope);
      const password = plan.password.render(scope);
      assertNoControls(username, `${plan.pointer}/username`);
      assertNoControls(password, `${plan.pointer}/password`);
      if (username.includes(':')) {
        throw new FerruleError(
          'CREDENTIAL_INVALID',
          'A user name with a colon cannot be sent by Basic authentication',
          {
            pointer: `${plan.pointer}/username`,
            expected: 'a user name without ":" (RFC 7617 section 2)',
          },
        );
      }
      const credential = Buffer.from(`${username}:${password}`).toString('base64');
      redactor.addText(credential);
      redactor.addText(password);
      return { request: placeHeader(request, 'Authorization', `Basic ${credential}`) };
    },
  };
}

function assertNoControls(text: string, pointer: string): void {
  if (!/\p{Cc}/u.test(text)) return;
  throw new FerruleError('CREDENTIAL_INVALID', 'A credential contains a control character', {
    pointer,
    expected: 'text without line breaks and control characters (RFC 7617 section 2)',
  });
}
