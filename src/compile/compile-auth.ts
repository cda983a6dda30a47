import type {
  AuthDefinition,
  BasicAuthDefinition,
  RawBearerTokenDefinition,
} from '../definition/definition.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { ClientCertificate, TrustOptions, TrustPlan } from '../transport/trust/trust.ts';
import { compileApiKey } from './auth/api-key.ts';
import { compileAwsSignatureV4 } from './auth/aws-signature-v4.ts';
import { compileDigest } from './auth/digest.ts';
import { compileHmac } from './auth/hmac.ts';
import { compileHttpBearerToken } from './auth/http-bearer-token.ts';
import { compileOauth1 } from './auth/oauth1.ts';
import { compileOauth2 } from './auth/oauth2.ts';
import type { AuthPlan, BasicAuthPlan, RawBearerTokenPlan, TokenPlacement } from './auth-plan.ts';
import type { KnownSecrets } from './client-certificate.ts';
import type { ParameterTable } from './parameters.ts';
import type { Placed } from './placed.ts';
import { assertHeaderName } from './request-plan.ts';
import type { SecretHostsPlan } from './secret-hosts.ts';
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
  readonly knownSecrets: KnownSecrets;
  /** True when the connection itself shows a client certificate. */
  readonly hasClientCertificate: boolean;
  readonly compiler: TemplateCompiler;
  readonly parameters: ParameterTable;
  readonly secretHosts: SecretHostsPlan;
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
      return compileOauth2(
        { definition: { ...definition, grant: 'client_credentials' }, pointer },
        surroundings,
      );
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
    case 'oauth2':
      return compileOauth2({ definition, pointer }, surroundings);
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
