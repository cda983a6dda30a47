import type { GenericSchema } from 'valibot';
import { once } from '../../base/once.ts';
import {
  fields,
  filledText,
  isObject,
  judgedBy,
  mapOf,
  oneOf,
  oneOfMany,
  refusal,
  textOrTexts,
} from '../schema-kit.ts';
import { valibot } from '../valibot.ts';
import { type AssertionDefinition, createAssertionSchema } from './assertion.ts';
import {
  CLIENT_AUTHENTICATIONS,
  type ClientAuthentication,
  createOauthClientFields,
  mapAssertionKey,
  mapClientSecrets,
  type OauthClientDefinition,
  type SecretMap,
} from './oauth-client.ts';
import { createSamlAssertionSchema, type SamlAssertionDefinition } from './saml-assertion.ts';

/** OAuth 2.0 by any grant. Texts are templates. */
export type Oauth2Definition = { readonly authType: 'oauth2' } & Oauth2ClientDefinition & GrantDefinition;

/** The document is the definition: nothing is translated, and defaults are filled in while compiling. */
export type Oauth2Input = Oauth2Definition;

export interface Oauth2ClientDefinition extends OauthClientDefinition {
  /** Left out when `issuer` is given and its metadata name the endpoint. */
  readonly tokenUrl?: string;
  readonly clientId?: string;
  readonly clientSecret?: string | null;
  /** `www_form_urlencoded` with a client secret, `none` without one, when left out. */
  readonly clientAuth?: ClientAuthentication;
  readonly scope?: string | null;
  /** PEM; whom the authorization server's certificate is judged by. */
  readonly caCert?: string | null;
}

export type GrantDefinition =
  | { readonly grant: 'client_credentials' }
  | PasswordGrantDefinition
  | JwtBearerGrantDefinition
  | SamlBearerGrantDefinition
  | RefreshTokenGrantDefinition
  | TokenExchangeGrantDefinition
  | DeviceCodeGrantDefinition
  | AuthorizationCodeGrantDefinition;

export interface PasswordGrantDefinition {
  readonly grant: 'password';
  readonly username: string;
  readonly password: string | null;
}

export interface JwtBearerGrantDefinition {
  readonly grant: 'jwt_bearer';
  /** A token to sign, or a template that gives one that is signed already. */
  readonly assertion: AssertionDefinition | string | null;
}

export interface SamlBearerGrantDefinition {
  readonly grant: 'saml2_bearer';
  /** What is signed for each token request; or the assertion, signed already: XML, or XML in base64 or base64url. */
  readonly assertion: SamlAssertionDefinition | string | null;
}

export interface RefreshTokenGrantDefinition {
  readonly grant: 'refresh_token';
  /** The first one; when the server rotates it, the newer one is kept with the tokens. */
  readonly refreshToken: string | null;
}

export interface TokenExchangeGrantDefinition {
  readonly grant: 'token_exchange';
  readonly subjectToken: string | null;
  readonly subjectTokenType?: string;
  readonly actorToken?: string | null;
  readonly actorTokenType?: string;
  readonly requestedTokenType?: string;
}

/** What the grants with a person in them have in common: whose authorization it is. */
interface AccountDefinition {
  /** Names the person's authorization among those of the connection; tokens are kept under it. */
  readonly account: string;
}

export interface DeviceCodeGrantDefinition extends AccountDefinition {
  readonly grant: 'device_code';
  readonly deviceAuthorizationUrl?: string;
}

export interface AuthorizationCodeGrantDefinition extends AccountDefinition {
  readonly grant: 'authorization_code';
  readonly authorizationUrl?: string;
  readonly redirectUri: string;
  /** Sent to the authorization endpoint besides, such as `prompt`. */
  readonly authorizationParams?: Readonly<Record<string, string | readonly string[]>>;
  /** Parameters of the callback that are kept with the token, each a tag of its name, such as the id of a shop. */
  readonly keepCallback?: readonly string[];
}

/** Each grant knows its own fields, so that a misplaced one is named. */
export function createOauth2Schema(): GenericSchema<Oauth2Input> {
  const v = valibot();
  const text = v.exactOptional(filledText());
  const secret = v.nullable(v.string());
  const client = once(() => ({
    authType: oneOf(['oauth2']),
    ...createOauthClientFields(),
    tokenUrl: text,
    clientId: text,
    clientSecret: v.exactOptional(v.nullable(v.string())),
    clientAuth: v.exactOptional(oneOf(CLIENT_AUTHENTICATIONS)),
    scope: v.exactOptional(v.nullable(v.string())),
    caCert: v.exactOptional(v.nullable(filledText())),
  }));
  const pasted = v.nullable(filledText());
  const assertion = () => {
    const token = createAssertionSchema();
    return judgedBy(v.union([pasted, token]), input => {
      if (typeof input === 'string' || input === null) return pasted;
      return isObject(input) ? token : refusal('wrong_type', 'a text, an object or null');
    });
  };
  const saml = () => {
    const token = createSamlAssertionSchema();
    return judgedBy(v.union([pasted, token]), input => {
      if (typeof input === 'string' || input === null) return pasted;
      return isObject(input) ? token : refusal('wrong_type', 'a text, an object or null');
    });
  };
  const one = { atLeastOne: [['tokenUrl', 'issuer']] };
  const grants = {
    client_credentials: once(() => fields({ ...client(), grant: oneOf(['client_credentials']) }, one)),
    password: once(() =>
      fields({ ...client(), grant: oneOf(['password']), username: v.string(), password: secret }, one),
    ),
    jwt_bearer: once(() =>
      fields({ ...client(), grant: oneOf(['jwt_bearer']), assertion: assertion() }, one),
    ),
    saml2_bearer: once(() => fields({ ...client(), grant: oneOf(['saml2_bearer']), assertion: saml() }, one)),
    refresh_token: once(() =>
      fields({ ...client(), grant: oneOf(['refresh_token']), refreshToken: secret }, one),
    ),
    token_exchange: once(() =>
      fields(
        {
          ...client(),
          grant: oneOf(['token_exchange']),
          subjectToken: secret,
          subjectTokenType: text,
          actorToken: v.exactOptional(secret),
          actorTokenType: text,
          requestedTokenType: text,
        },
        one,
      ),
    ),
    device_code: once(() =>
      fields(
        { ...client(), grant: oneOf(['device_code']), account: filledText(), deviceAuthorizationUrl: text },
        {
          atLeastOne: [
            ['tokenUrl', 'issuer'],
            ['deviceAuthorizationUrl', 'issuer'],
          ],
        },
      ),
    ),
    authorization_code: once(() =>
      fields(
        {
          ...client(),
          grant: oneOf(['authorization_code']),
          account: filledText(),
          authorizationUrl: text,
          redirectUri: filledText(),
          authorizationParams: v.exactOptional(mapOf(textOrTexts())),
          keepCallback: v.exactOptional(v.array(filledText())),
        },
        {
          atLeastOne: [
            ['tokenUrl', 'issuer'],
            ['authorizationUrl', 'issuer'],
          ],
        },
      ),
    ),
  };
  const known: Readonly<Record<string, () => GenericSchema>> = grants;
  return oneOfMany(Object.values(grants), input => {
    const grant: unknown = isObject(input) ? input['grant'] : undefined;
    const make = typeof grant === 'string' && Object.hasOwn(known, grant) ? known[grant] : undefined;
    return make?.() ?? v.object({ grant: oneOf(Object.keys(known)) });
  });
}

/** The definition with each secret that is written out in it as `map` says. */
export function mapOauth2Secrets(definition: Oauth2Definition, map: SecretMap): Oauth2Definition {
  const mapped = mapClientSecrets(definition, map);
  const nullable = (secret: string | null, place: string) => secret && map(secret, place);
  switch (mapped.grant) {
    case 'password':
      return { ...mapped, password: nullable(mapped.password, 'password') };
    case 'jwt_bearer': {
      const { assertion } = mapped;
      if (typeof assertion === 'string' || assertion === null) {
        return { ...mapped, assertion: nullable(assertion, 'assertion') };
      }
      return { ...mapped, assertion: mapAssertionKey(assertion, 'assertion', map) };
    }
    case 'saml2_bearer': {
      const { assertion } = mapped;
      return typeof assertion === 'string' || assertion === null
        ? { ...mapped, assertion: nullable(assertion, 'assertion') }
        : { ...mapped, assertion: { ...assertion, key: nullable(assertion.key, 'assertion.key') } };
    }
    case 'refresh_token':
      return { ...mapped, refreshToken: nullable(mapped.refreshToken, 'refreshToken') };
    case 'token_exchange': {
      const { actorToken = null } = mapped;
      return {
        ...mapped,
        subjectToken: nullable(mapped.subjectToken, 'subjectToken'),
        ...(actorToken === null ? {} : { actorToken: nullable(actorToken, 'actorToken') }),
      };
    }
    default:
      return mapped;
  }
}
