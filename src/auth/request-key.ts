import { fingerprint } from '../base/fingerprint.ts';
import type { TokenInputs } from '../compile/auth/http-bearer-token.ts';
import type { TokenRequestPlan } from '../compile/auth-plan.ts';
import type { HttpRequest } from '../transport/transport.ts';
import type { AuthCall, AuthServices, TokenTarget } from './auth-strategy.ts';

/**
 * Gives the cache key of a token: its definition and the effective token request, so that a changed secret, scope or
 * URL means a new token. The request is rendered for it again only when secrets or parameters may have changed.
 */
export function createKeyOf(
  plan: TokenRequestPlan,
  render: (call: AuthCall) => HttpRequest,
): (call: AuthCall) => string {
  // One pair is enough: as long as no secret is asked for, every call has the same ones.
  let known: { readonly secrets: AuthCall['scope']['secrets']; readonly key: string } | undefined;
  return call => {
    if (plan.usesParameters) return toKey(plan, render(withStableValues(call)));
    const { secrets } = call.scope;
    if (known?.secrets !== secrets) known = { secrets, key: toKey(plan, render(withStableValues(call))) };
    return known.key;
  };
}

/**
 * The same for a token whose requests cannot be rendered before others are answered: named by everything they are
 * made of, which is the definition of the requests, secrets and parameters.
 */
export function createInputKeyOf({
  inputs,
  identity,
  trust,
  pointer,
}: TokenRequestPlan & { readonly inputs: TokenInputs }): (call: AuthCall) => string {
  const { baseUrl, secretNames, parameters } = inputs;
  return ({ scope }) => {
    const secrets = secretNames.map(name => scope.secrets.get(name)?.reveal() ?? '');
    const values = parameters.map(parameter => JSON.stringify(scope.parameters.get(parameter) ?? null));
    return fingerprint(trust.key, pointer, identity, baseUrl, ...secrets, ...values);
  };
}

/** A token is for whom the certificate names that was shown when it was asked for, too (RFC 8705 section 3). */
export function withCertificate(
  keyOf: (call: AuthCall) => string,
  target: Pick<TokenTarget, 'trust' | 'clientCertificate'>,
  { certificateKey }: Pick<AuthServices, 'certificateKey'>,
): (call: AuthCall) => string {
  return call => {
    const shown = certificateKey({ ...target, scope: call.scope });
    return shown === '' ? keyOf(call) : fingerprint(keyOf(call), shown);
  };
}

/** Values made of time and chance differ with every call; what they are made of otherwise is what names the token. */
function withStableValues(call: AuthCall): AuthCall {
  const { recompute, ...scope } = call.scope;
  return recompute === undefined ? call : { ...call, scope: { ...scope, values: recompute(true) } };
}

function toKey(plan: TokenRequestPlan, { method, url, headers, body }: HttpRequest): string {
  const text =
    typeof body === 'string' || body === undefined ? (body ?? '') : Buffer.from(body).toString('latin1');
  const { trust, pointer, identity } = plan;
  return fingerprint(trust.key, pointer, identity, method, url, JSON.stringify(headers), text);
}
