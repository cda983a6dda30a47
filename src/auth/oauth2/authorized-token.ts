import type { AuthCall } from '../auth-strategy.ts';
import type { Token } from '../token.ts';

/**
 * A token that a person just gave, with the values of the parameters that its authorization was begun and completed
 * for: who renews it later, while nobody calls, needs them to ask the same server for the same account.
 */
export function toAuthorizedToken(token: Token, { scope }: AuthCall): Token {
  const values = [...scope.parameters].map(([{ name }, value]) => [name, value]);
  if (values.length === 0) return token;
  return { ...token, parameters: Object.fromEntries(values) };
}
