import { defaults } from '../definition/defaults.ts';
import type {
  AuthDefinition,
  BasicAuthDefinition,
  ClientCredentialsDefinition,
  RawBearerTokenDefinition,
} from '../definition/definition.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { ClientCertificate, TrustOptions, TrustPlan } from '../transport/trust.ts';
import { compileApiKey } from './auth/api-key.ts';
import { compileAwsSignatureV4 } from './auth/aws-signature-v4.ts';
import { compileDigest } from './auth/digest.ts';
import { compileHmac } from './auth/hmac.ts';
import { compileHttpBearerToken } from './auth/http-bearer-token.ts';
import { compileOauth1 } from './auth/oauth1.ts';
import { compileTokenUse } from './auth/token-use.ts';
import type {
  AuthPlan,
  BasicAuthPlan,
  ClientCredentialsPlan,
  RawBearerTokenPlan,
  TokenPlacement,
} from './auth-plan.ts';
import type { ParameterTable } from './parameters.ts';
import { assertHeaderName, type Placed } from './request-plan.ts';
import type { TemplateCompiler } from './template-compiler.ts';

export interface AuthSurroundings {
  readonly baseUrl: Placed<string>;
  /** Whom the connection itself trusts; a token endpoint without CA of its own is judged by it. */
  readonly trust: TrustPlan;
  /** The trust in a CA given inside the auth definition. */
  createTokenTrust(caCert: string, pointer: string): TrustPlan;
  /** The same with a certificate to show; null: the CA of the connection. */
  createCertificateTrust(
    caCert: string | null,
    pointers: NonNullable<TrustOptions['pointers']>,
    client: ClientCertificate,
    nowMs: number,
  ): TrustPlan;
  readonly compiler: TemplateCompiler;
  readonly parameters: ParameterTable;
  readonly trusted: boolean;
  readonly maxRedirects: number;
}

/** The plan of an auth definition. This switch and the strategy factory are the only places that know all types. */
export function compileAuth(
  { definition, pointer }: Placed<AuthDefinition | null>,
  surroundings: AuthSurroundings,
): AuthPlan {
  if (definition === null) return { authType: 'none' };
  switch (definition.authType) {
    case 'basic':
      return compileBasic({ definition, pointer }, surroundings);
    case 'raw_bearer_token':
      return compileRawBearerToken({ definition, pointer }, surroundings);
    case 'http_bearer_token':
      return compileHttpBearerToken(
        { definition, pointer },
        compilePlacement(definition, pointer, surroundings.compiler),
        surroundings,
      );
    case 'client_credentials':
      return compileClientCredentials({ definition, pointer }, surroundings);
    case 'api_key':
      return compileApiKey({ definition, pointer }, surroundings.compiler);
    case 'aws_signature_v4':
      return compileAwsSignatureV4({ definition, pointer }, surroundings.compiler);
    case 'digest':
      return compileDigest({ definition, pointer }, surroundings.compiler);
    case 'hmac':
      return compileHmac({ definition, pointer }, surroundings.compiler);
    case 'oauth1':
      return compileOauth1({ definition, pointer }, surroundings.compiler);
  }
}

function compileBasic(
  { definition, pointer }: Placed<BasicAuthDefinition>,
  { compiler }: AuthSurroundings,
): BasicAuthPlan {
  return {
    authType: 'basic',
    pointer,
    username: compiler.text(definition.username, 'text', `${pointer}/username`),
    password: compiler.text(definition.password ?? '', 'text', `${pointer}/password`),
  };
}

function compileRawBearerToken(
  { definition, pointer }: Placed<RawBearerTokenDefinition>,
  { compiler }: AuthSurroundings,
): RawBearerTokenPlan {
  return {
    authType: 'raw_bearer_token',
    pointer,
    token: compiler.text(definition.token ?? '', 'header', `${pointer}/token`),
    placement: compilePlacement(definition, pointer, compiler),
  };
}

function compileClientCredentials(
  { definition, pointer }: Placed<ClientCredentialsDefinition>,
  surroundings: AuthSurroundings,
): ClientCredentialsPlan {
  const { compiler, parameters } = surroundings;
  const { clientSecret, scope } = definition;
  const tokenUrl = { definition: definition.tokenUrl, pointer: `${pointer}/tokenUrl` };
  return {
    authType: 'client_credentials',
    pointer,
    tokenUrl: compiler.url(tokenUrl, { definition: '', pointer: tokenUrl.pointer }),
    clientId: compiler.text(definition.clientId, 'text', `${pointer}/clientId`),
    clientSecret:
      clientSecret === null ? null : compiler.text(clientSecret, 'text', `${pointer}/clientSecret`),
    scope: scope === null ? null : compiler.text(scope, 'text', `${pointer}/scope`),
    clientAuth: definition.clientAuth,
    trust: tokenTrust(definition.caCert, `${pointer}/caCert`, surroundings),
    usesParameters: parameters.toList().length > 0,
    use: compileTokenUse({}, pointer, {
      compiler,
      trusted: surroundings.trusted,
      header: { header: defaults.tokenHeader, prefix: defaults.tokenPrefix },
    }),
  };
}

function tokenTrust(caCert: string | null, pointer: string, surroundings: AuthSurroundings): TrustPlan {
  if (caCert === null) return surroundings.trust;
  const { issues } = surroundings.compiler;
  return issues.attempt(pointer, () => surroundings.createTokenTrust(caCert, pointer)) ?? surroundings.trust;
}

function compilePlacement(
  { header, prefix }: { readonly header: string; readonly prefix: string },
  pointer: string,
  { issues }: TemplateCompiler,
): TokenPlacement {
  issues.attempt(`${pointer}/header`, () => assertHeaderName(header));
  issues.attempt(`${pointer}/prefix`, () => assertPrefix(prefix));
  return { header, prefix };
}

function assertPrefix(prefix: string): void {
  if (/^[\x20-\x7e]*$/.test(prefix)) return;
  throw new FerruleError('HEADER_INVALID', 'The prefix contains characters that cannot stand in a header', {
    expected: 'printable ASCII characters',
  });
}
