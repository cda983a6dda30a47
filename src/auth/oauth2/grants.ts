import type { GrantPlan } from '../../compile/auth/oauth-grant.ts';
import type { RenderScope } from '../../compile/render-scope.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { AssertionFacts, Signer } from './assertion.ts';
import type { OauthParameter } from './client-authentication.ts';
import type { SamlSigning } from './saml-signer.ts';

export interface GrantSurroundings {
  readonly sign: Signer;
  readonly signSaml: SamlSigning;
  readonly facts: AssertionFacts;
  /** JSON pointer of the auth definition. */
  readonly pointer: string;
}

/** What asks for a token by the grant; undefined when only a person can give it. */
export function toGrantParameters(
  plan: GrantPlan,
  scope: RenderScope,
  { sign, signSaml, facts, pointer }: GrantSurroundings,
): readonly OauthParameter[] | undefined {
  switch (plan.grant) {
    case 'client_credentials':
      return [['grant_type', 'client_credentials']];
    case 'password':
      return [
        ['grant_type', 'password'],
        ['username', plan.username.render(scope)],
        ['password', plan.password.render(scope)],
      ];
    case 'jwt_bearer': {
      const { assertion } = plan;
      const token =
        'algorithm' in assertion
          ? sign(assertion, scope, facts)
          : toFilled(assertion.render(scope), `${pointer}/assertion`);
      return [
        ['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
        ['assertion', token],
      ];
    }
    case 'saml2_bearer': {
      const { assertion } = plan;
      const xml =
        'attributes' in assertion
          ? signSaml(assertion, scope, facts.audience)
          : toFilled(assertion.render(scope), `${pointer}/assertion`);
      return [
        ['grant_type', 'urn:ietf:params:oauth:grant-type:saml2-bearer'],
        ['assertion', toSamlParameter(xml, `${pointer}/assertion`)],
      ];
    }
    case 'refresh_token':
      return toRefreshParameters(toFilled(plan.refreshToken.render(scope), `${pointer}/refreshToken`));
    case 'token_exchange':
      return [
        ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
        ['subject_token', toFilled(plan.subjectToken.render(scope), `${pointer}/subjectToken`)],
        ['subject_token_type', plan.subjectTokenType.render(scope)],
        ...optional('actor_token', plan.actorToken?.render(scope)),
        ...optional('actor_token_type', plan.actorTokenType?.render(scope)),
        ...optional('requested_token_type', plan.requestedTokenType?.render(scope)),
      ];
    case 'device_code':
    case 'authorization_code':
      return undefined;
  }
}

/** RFC 6749 section 6. */
export function toRefreshParameters(refreshToken: string): readonly OauthParameter[] {
  return [
    ['grant_type', 'refresh_token'],
    ['refresh_token', refreshToken],
  ];
}

/** True when a refresh token is worth more than asking anew: asking anew needs a password, a person or an older token. */
export function usesRefreshTokens({ grant }: GrantPlan): boolean {
  return grant !== 'client_credentials' && grant !== 'jwt_bearer' && grant !== 'saml2_bearer';
}

export function isInteractive({ grant }: GrantPlan): boolean {
  return grant === 'authorization_code' || grant === 'device_code';
}

/** True when the token lives on by refresh tokens alone, whatever the client's secret is meanwhile. */
export function isContinued(plan: GrantPlan): boolean {
  return isInteractive(plan) || plan.grant === 'refresh_token';
}

/** An empty text here is a value that nobody gave; a server would only say that the request is malformed. */
export function toFilled(text: string, pointer: string): string {
  if (text !== '') return text;
  throw new FerruleError('CREDENTIAL_INVALID', 'A value that a token cannot be asked for without is empty', {
    pointer,
    expected: 'a text that is not empty',
  });
}

/** RFC 7522 section 2.1: base64url, without padding and line breaks. */
function toSamlParameter(assertion: string, pointer: string): string {
  const text = assertion.trim();
  if (text.startsWith('<')) return Buffer.from(text).toString('base64url');
  const packed = text.replaceAll(/\s+/g, '');
  if (/^[\w+/-]+=*$/.test(packed)) {
    return packed.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  }
  throw new FerruleError('CREDENTIAL_INVALID', 'The SAML assertion cannot be sent', {
    pointer,
    expected: 'an XML document, or one in base64 or base64url',
  });
}

function optional(name: string, value: string | undefined): readonly OauthParameter[] {
  return value === undefined || value === '' ? [] : [[name, value]];
}
