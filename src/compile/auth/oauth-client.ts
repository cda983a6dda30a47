import type { ClientAuthentication } from '../../definition/auth/oauth-client.ts';
import type { Oauth2ClientDefinition } from '../../definition/auth/oauth2.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { TextPlan } from '../text-plan.ts';
import { type AssertionPlan, compileAssertion } from './assertion.ts';

/** Who asks for tokens, and how it is proved. */
export interface ClientPlan {
  readonly pointer: string;
  /** null: the request names no client, as with assertions that do. */
  readonly id: TextPlan | null;
  readonly secret: TextPlan | null;
  readonly authentication: ClientAuthentication;
  /** Of the two authentications by a signed token. */
  readonly assertion: AssertionPlan | null;
}

/** `hasCertificate`: the connection shows a client certificate. */
export function compileOauthClient(
  definition: Oauth2ClientDefinition,
  pointer: string,
  compiler: TemplateCompiler,
  hasCertificate: boolean,
): ClientPlan {
  const { clientId, clientSecret, clientAssertion } = definition;
  const hasSecret = clientSecret !== undefined && clientSecret !== null;
  const authentication = definition.clientAuth ?? (hasSecret ? 'www_form_urlencoded' : 'none');
  compiler.issues.attempt(pointer, () =>
    assertComplete(definition, { authentication, hasSecret, hasCertificate }, pointer),
  );
  const signs = authentication === 'private_key_jwt' || authentication === 'client_secret_jwt';
  return {
    pointer,
    id: clientId === undefined ? null : compiler.text(clientId, 'text', `${pointer}/clientId`),
    secret: hasSecret ? compiler.text(clientSecret, 'text', `${pointer}/clientSecret`) : null,
    authentication,
    assertion: signs
      ? compileAssertion(
          clientAssertion ?? {},
          `${pointer}/clientAssertion`,
          authentication === 'private_key_jwt' ? 'RS256' : 'HS256',
          compiler,
        )
      : null,
  };
}

interface ClientFacts {
  readonly authentication: ClientAuthentication;
  readonly hasSecret: boolean;
  readonly hasCertificate: boolean;
}

/** Each authentication needs something to prove itself with. */
function assertComplete(
  { clientId, clientAssertion }: Oauth2ClientDefinition,
  { authentication, hasSecret, hasCertificate }: ClientFacts,
  pointer: string,
): void {
  if (authentication !== 'none' && authentication !== 'www_form_urlencoded' && clientId === undefined) {
    throw missing(`${pointer}/clientId`, authentication, 'a client id');
  }
  const isHashed = clientAssertion?.algorithm?.startsWith('HS') ?? authentication === 'client_secret_jwt';
  if (authentication === 'private_key_jwt') {
    if (isHashed) throw wrongAlgorithm(pointer, 'RS256, PS256, ES256, their longer kin or EdDSA');
    if (!clientAssertion?.key)
      throw missing(`${pointer}/clientAssertion/key`, authentication, 'a private key');
  }
  if (authentication === 'client_secret_jwt') {
    if (!isHashed) throw wrongAlgorithm(pointer, 'HS256, HS384 or HS512');
    if (!hasSecret && !clientAssertion?.key) {
      throw missing(`${pointer}/clientSecret`, authentication, 'a client secret');
    }
  }
  if (authentication === 'tls_client_auth' && !hasCertificate) {
    throw missing('/config/tls/clientCertificate', authentication, 'a client certificate');
  }
}

function missing(pointer: string, authentication: string, expected: string): FerruleError {
  return new FerruleError(
    'DEFINITION_MISSING_FIELD',
    `The client authentication ${authentication} lacks ${expected}`,
    {
      pointer,
      expected,
    },
  );
}

function wrongAlgorithm(pointer: string, expected: string): FerruleError {
  return new FerruleError(
    'DEFINITION_WRONG_VALUE',
    'The algorithm does not go with this client authentication',
    { pointer: `${pointer}/clientAssertion/algorithm`, expected },
  );
}
