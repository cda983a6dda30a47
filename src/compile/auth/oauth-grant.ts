import { joinPointer } from '../../base/json-pointer.ts';
import type { AuthorizationCodeGrantDefinition, GrantDefinition } from '../../definition/auth/oauth2.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { FieldPlan, TextPlan, UrlPlan } from '../text-plan.ts';
import { type AssertionPlan, compileAssertion } from './assertion.ts';
import { compileSamlAssertion, type SamlAssertionPlan } from './saml-assertion.ts';

/** What a token is asked for with, compiled. */
export type GrantPlan =
  | { readonly grant: 'client_credentials' }
  | { readonly grant: 'password'; readonly username: TextPlan; readonly password: TextPlan }
  | { readonly grant: 'jwt_bearer'; readonly assertion: AssertionPlan | TextPlan }
  | { readonly grant: 'saml2_bearer'; readonly assertion: SamlAssertionPlan | TextPlan }
  | { readonly grant: 'refresh_token'; readonly refreshToken: TextPlan }
  | TokenExchangePlan
  | DeviceCodePlan
  | AuthorizationCodePlan;

export interface TokenExchangePlan {
  readonly grant: 'token_exchange';
  readonly subjectToken: TextPlan;
  readonly subjectTokenType: TextPlan;
  readonly actorToken: TextPlan | null;
  readonly actorTokenType: TextPlan | null;
  readonly requestedTokenType: TextPlan | null;
}

export interface DeviceCodePlan {
  readonly grant: 'device_code';
  readonly account: TextPlan;
  /** null: discovered. */
  readonly deviceAuthorizationUrl: UrlPlan | null;
}

export interface AuthorizationCodePlan {
  readonly grant: 'authorization_code';
  readonly account: TextPlan;
  readonly authorizationUrl: UrlPlan | null;
  readonly redirectUri: TextPlan;
  readonly authorizationParams: readonly FieldPlan[];
  /** Parameters of the callback that are kept with the token. */
  readonly keepCallback: readonly string[];
}

/** RFC 8693 section 3. */
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

export function compileGrant(
  definition: GrantDefinition,
  pointer: string,
  compiler: TemplateCompiler,
): GrantPlan {
  const text = (source: string | null, field: string) =>
    compiler.text(source ?? '', 'text', `${pointer}/${field}`);
  const optional = (source: string | null | undefined, field: string) =>
    source === undefined || source === null ? null : text(source, field);
  switch (definition.grant) {
    case 'client_credentials':
      return { grant: 'client_credentials' };
    case 'password':
      return {
        grant: 'password',
        username: text(definition.username, 'username'),
        password: text(definition.password, 'password'),
      };
    case 'jwt_bearer': {
      const { assertion } = definition;
      return {
        grant: 'jwt_bearer',
        assertion:
          typeof assertion === 'string' || assertion === null
            ? text(assertion, 'assertion')
            : compileAssertion(assertion, `${pointer}/assertion`, 'RS256', compiler),
      };
    }
    case 'saml2_bearer': {
      const { assertion } = definition;
      return {
        grant: 'saml2_bearer',
        assertion:
          typeof assertion === 'string' || assertion === null
            ? text(assertion, 'assertion')
            : compileSamlAssertion(assertion, `${pointer}/assertion`, compiler),
      };
    }
    case 'refresh_token':
      return { grant: 'refresh_token', refreshToken: text(definition.refreshToken, 'refreshToken') };
    case 'token_exchange':
      return {
        grant: 'token_exchange',
        subjectToken: text(definition.subjectToken, 'subjectToken'),
        subjectTokenType: text(definition.subjectTokenType ?? ACCESS_TOKEN_TYPE, 'subjectTokenType'),
        actorToken: optional(definition.actorToken, 'actorToken'),
        // RFC 8693 section 2.1: required when there is an actor token, and not allowed otherwise.
        actorTokenType: definition.actorToken
          ? text(definition.actorTokenType ?? ACCESS_TOKEN_TYPE, 'actorTokenType')
          : null,
        requestedTokenType: optional(definition.requestedTokenType, 'requestedTokenType'),
      };
    case 'device_code':
      return {
        grant: 'device_code',
        account: text(definition.account, 'account'),
        deviceAuthorizationUrl: compileEndpoint(
          definition.deviceAuthorizationUrl,
          `${pointer}/deviceAuthorizationUrl`,
          compiler,
        ),
      };
    case 'authorization_code':
      return {
        grant: 'authorization_code',
        account: text(definition.account, 'account'),
        authorizationUrl: compileEndpoint(
          definition.authorizationUrl,
          `${pointer}/authorizationUrl`,
          compiler,
        ),
        redirectUri: text(definition.redirectUri, 'redirectUri'),
        keepCallback: keepCallbackOf(definition, pointer, compiler),
        authorizationParams: Object.entries(definition.authorizationParams ?? {}).flatMap(([name, value]) =>
          [value].flat().map(source => ({
            name,
            text: compiler.text(source, 'text', joinPointer(pointer, 'authorizationParams', name)),
          })),
        ),
      };
  }
}

function keepCallbackOf(
  { keepCallback = [] }: AuthorizationCodeGrantDefinition,
  pointer: string,
  compiler: TemplateCompiler,
): readonly string[] {
  for (const [index, name] of keepCallback.entries()) {
    compiler.assertNotSecret(name, joinPointer(pointer, 'keepCallback', index));
  }
  return keepCallback;
}

/** null: to be discovered. */
export function compileEndpoint(
  source: string | undefined,
  pointer: string,
  compiler: TemplateCompiler,
): UrlPlan | null {
  return source === undefined
    ? null
    : compiler.url({ definition: source, pointer }, { definition: '', pointer });
}
