import type { ApplyDefinition } from '../apply-definition.ts';

/** How the credential of a connection was taken to go on a request. */
export type Guess = 'token' | 'apiKey' | 'basic';

/**
 * How requests of the SDK put the credential of a connection on, in its order: an access token, a field `apiKey`, the fields
 * `username` and `password`. undefined when the connection has none of them.
 */
export function guessApply(
  fetchesToken: boolean,
  hasField: (name: string) => boolean,
): { readonly guess: Guess; readonly apply: ApplyDefinition } | undefined {
  if (fetchesToken) return { guess: 'token', apply: {} };
  if (hasField('apiKey')) {
    return { guess: 'apiKey', apply: { headers: { Authorization: 'Bearer {{#apiKey}}' } } };
  }
  if (hasField('username') && hasField('password')) {
    return {
      guess: 'basic',
      apply: { basic: { username: '{{#username}}', password: '{{#password}}' } },
    };
  }
  return undefined;
}
