import { FerruleError } from '../../errors/ferrule-error.ts';
import type { AuthCall } from '../auth-strategy.ts';
import type { StoredToken } from '../token.ts';
import { assertTokenAnswer, describeAnswer } from '../token-answer.ts';
import type { OauthClient } from './oauth-client.ts';

/** What the authorization server says about a token (RFC 7662 section 2.2). */
export interface TokenIntrospection {
  /** False also when there is no token at all. */
  readonly active: boolean;
  /** The members of the answer, `active` among them. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface TokenRevocation {
  /** False when there was nothing to revoke, or the server has no revocation endpoint: then it was only forgotten. */
  readonly revoked: boolean;
}

export type TokenKind = 'access_token' | 'refresh_token';

/** What a host may do with the connection's token besides using it. */
export interface TokenActions {
  /** Asks the server about the token (RFC 7662). */
  introspectToken(call: AuthCall, kind: TokenKind): Promise<TokenIntrospection>;
  /** Tells the server that the tokens are not used any more (RFC 7009), and forgets them. */
  revokeToken(call: AuthCall): Promise<TokenRevocation>;
}

export function createTokenActions(client: OauthClient, keyOf: (call: AuthCall) => string): TokenActions {
  const { plan, services } = client;
  const { tokens, redactor } = services;
  return {
    async introspectToken(call, kind) {
      const token = await tokens.read(keyOf(call));
      const text = toText(token, kind);
      if (text === undefined) return { active: false, claims: { active: false } };
      const answer = await client.post(call, 'introspection_endpoint', [
        ['token', text],
        ['token_type_hint', kind],
      ]);
      assertTokenAnswer(answer, `${plan.pointer}/introspectionUrl`, redactor);
      const { body } = answer;
      if (typeof body === 'object' && body !== null && typeof Reflect.get(body, 'active') === 'boolean') {
        const claims = redactor.redactDeep(body) as Readonly<Record<string, unknown>>;
        return { active: Reflect.get(body, 'active') === true, claims };
      }
      throw new FerruleError('TOKEN_REQUEST_FAILED', 'The introspection endpoint gave no usable answer', {
        pointer: `${plan.pointer}/introspectionUrl`,
        expected: 'a JSON object with active: true or false (RFC 7662 section 2.2)',
        found: describeAnswer(answer),
        retryable: false,
      });
    },
    async revokeToken(call) {
      const key = keyOf(call);
      const hasEndpoint = (await client.findEndpoint(call, 'revocation_endpoint')) !== undefined;
      const token = hasEndpoint ? await tokens.read(key) : undefined;
      // RFC 7009 section 2.1: with the refresh token its access tokens should end too; servers differ, so both are sent.
      for (const kind of ['refresh_token', 'access_token'] as const) {
        const text = toText(token, kind);
        if (text === undefined) continue;
        const answer = await client.post(call, 'revocation_endpoint', [
          ['token', text],
          ['token_type_hint', kind],
        ]);
        if (!isUnsupported(answer.body)) {
          assertTokenAnswer(answer, `${plan.pointer}/revocationUrl`, redactor);
        }
      }
      await tokens.forget(key);
      return { revoked: token !== undefined };
    },
  };
}

function toText(token: StoredToken | undefined, kind: TokenKind): string | undefined {
  return kind === 'access_token' ? token?.value.reveal() : token?.refreshToken?.reveal();
}

/** RFC 7009 section 2.2.1: some servers revoke refresh tokens only; access tokens then end by themselves. */
function isUnsupported(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Reflect.get(body, 'error') === 'unsupported_token_type';
}
