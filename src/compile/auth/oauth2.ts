import { fingerprint } from '../../base/fingerprint.ts';
import { noEntries } from '../../base/nothing.ts';
import type { GrantDefinition, Oauth2ClientDefinition } from '../../definition/auth/oauth2.ts';
import { defaults } from '../../definition/defaults.ts';
import type { CompiledExpression } from '../../expression/expression.ts';
import type { TokenRequestPlan } from '../auth-plan.ts';
import type { ClientCertificatePlan } from '../client-certificate.ts';
import type { AuthSurroundings } from '../compile-auth.ts';
import type { Placed } from '../placed.ts';
import { judgeLiteralHost } from '../secret-hosts.ts';
import type { TextPlan, UrlPlan } from '../text-plan.ts';
import { type ClientPlan, compileOauthClient } from './oauth-client.ts';
import { compileEndpoint, compileGrant, type GrantPlan } from './oauth-grant.ts';
import { compileTokenParameters, type TokenParametersPlan } from './token-parameters.ts';
import { compileCertificate, compileTokenTrust } from './token-request.ts';
import {
  compileTokenExpression,
  compileTokenUse,
  keptNamesOf,
  type TokenUsePlan,
  withSecretNames,
} from './token-use.ts';

/** OAuth 2.0: of `client_credentials`, and of `oauth2` with any grant. */
export interface Oauth2Plan extends TokenRequestPlan {
  readonly authType: 'oauth2';
  /** Of its own for the authorization server; null: what the connection shows, where it is trusted alike. */
  readonly clientCertificate: ClientCertificatePlan | null;
  readonly grant: GrantPlan;
  readonly client: ClientPlan;
  readonly scope: TextPlan | null;
  /** Where the metadata of the authorization server are found, for endpoints that are not given. */
  readonly issuer: UrlPlan | null;
  readonly tokenUrl: UrlPlan | null;
  /** Where refresh tokens go; the token endpoint when null. */
  readonly refreshUrl: UrlPlan | null;
  readonly introspectionUrl: UrlPlan | null;
  readonly revocationUrl: UrlPlan | null;
  readonly parameters: TokenParametersPlan;
  readonly tokenOutput: CompiledExpression;
  readonly use: TokenUsePlan;
  /** Names of the secrets that go into requests to the authorization server. */
  readonly secretNames: readonly string[];
  /** True when the definition says nothing of expiry: what the server says holds then. */
  readonly expiryIsDefault: boolean;
}

export function compileOauth2(
  { definition, pointer }: Placed<Oauth2ClientDefinition & GrantDefinition>,
  surroundings: AuthSurroundings,
): Oauth2Plan {
  const { hasClientCertificate, parameters } = surroundings;
  const { scope, tokenOutput, expiry, refreshTokenOutput = 'body.refresh_token' } = definition;
  // Nothing is kept before there is a token, so a tag of such a name in a token request is a mistake.
  const callback = definition.grant === 'authorization_code' ? (definition.keepCallback ?? []) : [];
  const kept = callback.length === 0 ? noEntries : new Map(callback.map(name => [name, false] as const));
  const later = new Set(keptNamesOf(definition, kept).known.keys());
  const whole = surroundings.compiler.withKept({ known: new Map(), later });
  const compiler = whole.apart();
  const { caCert = null, clientCertificate: certificate } = definition;
  const clientCertificate = compileCertificate(
    certificate === undefined ? null : { caCert, clientCertificate: certificate },
    pointer,
    compiler,
    surroundings,
  );
  // A server with a CA of its own is another party: it is shown only what the definition shows to it.
  const hasCertificate = clientCertificate !== null || (hasClientCertificate && caCert === null);
  const endpoint = (source: string | undefined, field: string) =>
    compileEndpoint(source, `${pointer}/${field}`, compiler);
  const output = whole.apart();
  const plan = {
    authType: 'oauth2',
    pointer,
    identity: fingerprint(JSON.stringify(definition)),
    trust: compileTokenTrust(caCert, `${pointer}/caCert`, surroundings),
    clientCertificate,
    grant: compileGrant(definition, pointer, compiler),
    client: compileOauthClient(definition, pointer, compiler, hasCertificate),
    scope: scope === undefined || scope === null ? null : compiler.text(scope, 'text', `${pointer}/scope`),
    issuer: endpoint(definition.issuer, 'issuer'),
    tokenUrl: endpoint(definition.tokenUrl, 'tokenUrl'),
    refreshUrl: endpoint(definition.refreshUrl, 'refreshUrl'),
    introspectionUrl: endpoint(definition.introspectionUrl, 'introspectionUrl'),
    revocationUrl: endpoint(definition.revocationUrl, 'revocationUrl'),
    parameters: compileTokenParameters(definition.tokenRequest ?? {}, `${pointer}/tokenRequest`, compiler),
    tokenOutput: compileTokenExpression(
      tokenOutput ?? 'body.access_token',
      tokenOutput === undefined ? pointer : `${pointer}/tokenOutput`,
      output,
    ),
    use: compileTokenUse({ ...definition, refreshTokenOutput }, pointer, {
      compiler: whole,
      header: { header: defaults.tokenHeader, prefix: defaults.tokenPrefix },
      expiration: { source: 'body.expires_in', pointer: `${pointer}/tokenUrl`, format: 'seconds' },
      kept,
    }),
    expiryIsDefault: expiry === undefined,
  } as const;
  const secretNames = compiler.secretsUsed;
  for (const field of ['tokenUrl', 'introspectionUrl', 'revocationUrl'] as const) {
    const url = plan[field];
    if (url === null) continue;
    judgeLiteralHost(url, definition[field] ?? '', secretNames, {
      bindings: surroundings.secretHosts,
      issues: compiler.issues,
    });
  }
  const use = withSecretNames(plan.use, output.secretsUsed);
  return { ...plan, use, secretNames, usesParameters: parameters.toList().length > 0 };
}
