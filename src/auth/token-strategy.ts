import { SecretValue } from '../base/secret-value.ts';
import type { TokenPlacement } from '../compile/auth-plan.ts';
import type { AuthCall, AuthServices, AuthStrategy } from './auth-strategy.ts';
import { placeHeader, toCredential } from './place-header.ts';
import type { StoredToken, Token } from './token.ts';
import type { KeptToken } from './token-keeper.ts';

/** Where a strategy's tokens come from. */
export interface TokenSource {
  /** Names the effective token request: equal keys mean the same token will do. */
  keyOf(call: AuthCall): string;
  /** Fetches a new token; `current` is the last one known, for its refresh token and kept values. */
  request(call: AuthCall, current: StoredToken | undefined): Promise<Token>;
}

/** Stands for a token that a dry run does not fetch. */
const placeholder: Token = { value: new SecretValue('[token]'), obtainedAtMs: 0, expiresAtMs: 0 };

/** What every strategy with a fetched token does: keep it alive, place it, give it up when it is rejected. */
export function createTokenStrategy(
  source: TokenSource,
  placement: TokenPlacement,
  { tokens, redactor }: AuthServices,
): AuthStrategy {
  return {
    authenticate(request, call) {
      const key = source.keyOf(call);
      const place = ({ token, source: origin }: KeptToken) => {
        // Here and not where it is fetched: another engine or connection may have asked for it.
        if (token !== placeholder) redactor.add(token.value);
        const credential = toCredential(placement.prefix, token.value.reveal());
        return {
          request: placeHeader(request, placement.header, credential),
          token: { key, token, source: origin },
        };
      };
      const fetchToken = async (current: StoredToken | undefined) => {
        const token = await source.request(call, current);
        if (token.refreshToken !== undefined) redactor.add(token.refreshToken);
        return token;
      };
      if (!call.fetchTokens) return place({ token: tokens.peek(key) ?? placeholder, source: 'cache' });
      const kept = tokens.get(key, fetchToken, call);
      return kept instanceof Promise ? kept.then(place) : place(kept);
    },
    onRejected({ token: used }) {
      if (used !== undefined) tokens.reject(used.key, used.token);
    },
  };
}
