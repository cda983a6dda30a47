import { SecretValue } from '../base/secret-value.ts';
import type { TokenUsePlan } from '../compile/auth/token-use.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { CompiledExpression } from '../expression/expression.ts';
import type { AuthCall, AuthServices, AuthStrategy, KeptValues, Rejection } from './auth-strategy.ts';
import { guardToken, placeToken } from './place-token.ts';
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

/** The placeholder is to be seen. */
const unguarded = { add: () => undefined, addText: () => undefined, addFleeting: () => undefined };

/** What every strategy with a fetched token does: keep it alive, place it, give it up when it is rejected. */
export function createTokenStrategy(
  source: TokenSource,
  use: TokenUsePlan,
  { tokens, redactor }: AuthServices,
): AuthStrategy {
  /** The token that kept values came with, for as long as a call holds them: it is the one that goes with them. */
  const owners = use.kept.size === 0 ? undefined : new WeakMap<KeptValues, KeptToken>();

  const toRequest = (call: AuthCall) => async (current: StoredToken | undefined) => {
    if (current?.refreshToken !== undefined) redactor.add(current.refreshToken);
    const token = await source.request(withFreshValues(call), current);
    redactor.add(token.value);
    if (token.refreshToken !== undefined) redactor.add(token.refreshToken);
    return token;
  };

  const obtain = (key: string, call: AuthCall): KeptToken | Promise<KeptToken> => {
    if (!call.fetchTokens) return { token: tokens.peek(key) ?? placeholder, source: 'cache' };
    return tokens.get(key, toRequest(call), call);
  };

  const keep = (obtained: KeptToken): KeptValues | undefined => {
    const { kept } = obtained.token;
    guardToken(obtained.token, obtained.token === placeholder ? unguarded : redactor);
    if (kept !== undefined) owners?.set(kept, obtained);
    return kept;
  };

  return {
    authenticate(request, call) {
      const key = source.keyOf(call);
      const place = ({ token, source: origin }: KeptToken) => ({
        request: placeToken(request, use, token, call.scope, token === placeholder ? unguarded : redactor),
        token: { key, token, source: origin },
      });
      const owner = call.scope.kept === undefined ? undefined : owners?.get(call.scope.kept);
      const obtained = owner ?? obtain(key, call);
      return obtained instanceof Promise ? obtained.then(place) : place(obtained);
    },
    kept(call) {
      const obtained = obtain(source.keyOf(call), call);
      return obtained instanceof Promise ? obtained.then(keep) : keep(obtained);
    },
    onRejected({ token: used }) {
      if (used !== undefined) tokens.reject(used.key, used.token);
      return undefined;
    },
    async renew(call, wanted) {
      const key = source.keyOf(call);
      return wanted === undefined || wanted === key ? tokens.renew(key, toRequest(call), call) : undefined;
    },
    async token(call) {
      const { token } = await obtain(source.keyOf(call), call);
      guardToken(token, redactor);
      return token;
    },
    forget: call => tokens.forget(source.keyOf(call)),
    ...(use.rejectedWhen === null ? {} : { rejection: toRejection(use.rejectedWhen, use.replayWrites) }),
  };
}

/** A token may be asked for long after the call began: what is made of time and chance is made anew. */
function withFreshValues(call: AuthCall): AuthCall {
  const { recompute } = call.scope;
  return recompute === undefined ? call : { ...call, scope: { ...call.scope, values: recompute(false) } };
}

function toRejection(rejectedWhen: CompiledExpression, replaysWrites: boolean): Rejection {
  return {
    seesBody: /\bbody\b/.test(rejectedWhen.source),
    replaysWrites,
    async isRejected(answer) {
      try {
        return Boolean(await rejectedWhen.evaluate(answer));
      } catch (error) {
        // A predicate on what only rejections have, such as `body.error.code`, fails on every other answer.
        if (error instanceof FerruleError && error.code === 'EXPRESSION_FAILED') return false;
        throw error;
      }
    },
  };
}
