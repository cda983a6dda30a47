import { fingerprint } from '../../base/fingerprint.ts';
import { once } from '../../base/once.ts';
import { SecretValue } from '../../base/secret-value.ts';
import type { Oauth2Plan } from '../../compile/auth/oauth2.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { HttpRequest } from '../../transport/transport.ts';
import type { AuthCall, AuthServices, AuthStrategy } from '../auth-strategy.ts';
import { createKeyOf, withCertificate } from '../request-key.ts';
import type { StoredToken, Token } from '../token.ts';
import { toReauthError, toReauthReason } from '../token-failure.ts';
import { createTokenStrategy } from '../token-strategy.ts';
import { nameAssertion } from './assertion.ts';
import { createAuthorizationCode } from './authorization-code.ts';
import { proveClient } from './client-authentication.ts';
import { createDeviceCode } from './device-code.ts';
import {
  isContinued,
  isInteractive,
  toFilled,
  toGrantParameters,
  toRefreshParameters,
  usesRefreshTokens,
} from './grants.ts';
import { toIssuedToken } from './issued-token.ts';
import { createOauthClient, type OauthClient, toScopeParameter } from './oauth-client.ts';
import { nameSamlAssertion } from './saml-signer.ts';
import { createTokenActions } from './token-actions.ts';
import { toTokenRequest } from './token-request.ts';

/** OAuth 2.0 (RFC 6749): tokens by any grant, renewed by refresh tokens where the grant has them. */
export function createOauth2(plan: Oauth2Plan, services: AuthServices): AuthStrategy {
  const client = once(() => createOauthClient(plan, services));
  const keyOf = createTokenKey(plan, services);
  const source = {
    keyOf,
    request: async (call: AuthCall, current: StoredToken | undefined) => {
      const token = await renew(client(), call, current);
      // What a person gave stays renewable by what it was given for.
      return current?.parameters === undefined ? token : { ...token, parameters: current.parameters };
    },
  };
  return {
    ...createTokenStrategy(source, plan.use, services),
    authorization: () => ({
      ...createTokenActions(client(), keyOf),
      ...createAuthorizationCode(client(), keyOf),
      ...createDeviceCode(client(), keyOf),
    }),
  };
}

/** By refresh token where there is one; else, or when the server no longer takes it, by the grant itself. */
async function renew(client: OauthClient, call: AuthCall, current: StoredToken | undefined): Promise<Token> {
  const { plan } = client;
  const refreshToken = usesRefreshTokens(plan.grant) ? current?.refreshToken : undefined;
  const { services } = client;
  const { scope } = call;
  if (refreshToken !== undefined) {
    try {
      // RFC 6749 section 6: without scope the token is as it was granted; only who narrowed it then narrows it now.
      const narrowing = plan.grant.grant === 'refresh_token' ? toScopeParameter(plan, call) : [];
      const parameters = [...toRefreshParameters(refreshToken.reveal()), ...narrowing];
      const answer = await client.requestRefresh(call, parameters);
      return await toIssuedToken(plan, answer, { scope, services, refreshToken, kept: current?.kept });
    } catch (error) {
      if (isContinued(plan.grant) || !isRefused(error)) throw error;
    }
  }
  const answer = await client.requestByGrant(call).catch(error => {
    throw isContinued(plan.grant) ? toEndOfGrant(error, services) : error;
  });
  if (answer === undefined) throw notAuthorized(plan);
  const first = plan.grant.grant === 'refresh_token' ? plan.grant.refreshToken.render(call.scope) : undefined;
  const refreshed = first === undefined ? undefined : new SecretValue(first);
  return toIssuedToken(plan, answer, { scope, services, refreshToken: refreshed });
}

/** The first refresh token was somebody's authorization as well, though the definition holds it. */
function toEndOfGrant(error: unknown, { clock }: AuthServices): unknown {
  const reason = toReauthReason(error, clock.now());
  return reason === undefined ? error : toReauthError(reason, error);
}

/** A password or a subject token may still bring a token when the refresh token is spent. */
function isRefused(error: unknown): boolean {
  return error instanceof FerruleError && error.code === 'TOKEN_REFUSED';
}

function notAuthorized(plan: Oauth2Plan): FerruleError {
  const step = plan.grant.grant === 'device_code' ? 'beginDeviceAuthorization' : 'beginAuthorization';
  return new FerruleError('TOKEN_NEEDS_REAUTH', 'Nobody has authorised the connection yet', {
    pointer: `${plan.pointer}/grant`,
    expected: `an authorization, begun with ${step}()`,
    details: { error: 'authorization_required' },
  });
}

/**
 * Names the token: by the effective token request, so that a changed secret means a new token. A token that a person
 * gave, or that lives on by refresh tokens, outlives a change of the client's secret: it is named by the account.
 */
function createTokenKey(plan: Oauth2Plan, services: AuthServices): (call: AuthCall) => string {
  const { grant } = plan;
  if (!isContinued(grant)) {
    return withCertificate(
      createKeyOf(plan, call => toNamingRequest(plan, call)),
      plan,
      services,
    );
  }
  return ({ scope, connection = '' }) => {
    const owner =
      grant.grant === 'refresh_token'
        ? grant.refreshToken.render(scope)
        : 'account' in grant
          ? // An account that nobody gave would be everybody's.
            toFilled(grant.account.render(scope), `${plan.pointer}/account`)
          : '';
    const server = (plan.tokenUrl ?? plan.issuer)?.render(scope) ?? '';
    const clientId = plan.client.id?.render(scope) ?? '';
    const name = isInteractive(grant) ? connection : '';
    return fingerprint(plan.pointer, grant.grant, name, owner, server, clientId);
  };
}

/** The token request without anything that differs each time; where an endpoint is discovered, its issuer stands for it. */
function toNamingRequest(plan: Oauth2Plan, { scope, ...call }: AuthCall): HttpRequest {
  const tokenUrl = (plan.tokenUrl ?? plan.issuer)?.render(scope) ?? '';
  const facts = {
    issuer: plan.client.id?.render(scope),
    subject: undefined,
    audience: tokenUrl,
    clientSecret: plan.client.secret?.render(scope),
  };
  const sign = nameAssertion;
  const parameters =
    toGrantParameters(plan.grant, scope, {
      sign,
      signSaml: nameSamlAssertion,
      facts,
      pointer: plan.pointer,
    }) ?? [];
  const proof = proveClient(plan.client, scope, { sign, tokenUrl });
  const standard = [...parameters, ...toScopeParameter(plan, { scope, ...call })];
  return toTokenRequest(plan.parameters, tokenUrl, standard, proof, scope);
}
