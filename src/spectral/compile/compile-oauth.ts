import type { ApplyDefinition } from '../apply-definition.ts';
import type { OAuth2Config, OAuth2Type } from '../connection-definition.ts';
import type { InputFacts } from './input-facts.ts';
import type { NativeNames } from './native-names.ts';

/** The parts of a native OAuth definition that are the same for every grant. */
export interface OAuthParts {
  readonly oauth2Type: OAuth2Type;
  readonly config: OAuth2Config;
  readonly inputs: readonly InputFacts[];
  readonly apply: ApplyDefinition;
  readonly names: NativeNames;
}

/** Names of tags that no input can have, because they have a blank in them. */
export const ACCOUNT_TAG = 'connection account';
export const REDIRECT_TAG = 'redirect uri';

/** The parameters of a token request that the standards name. */
const STANDARD = [
  'grant_type',
  'code',
  'redirect_uri',
  'client_id',
  'client_secret',
  'code_verifier',
  'refresh_token',
  'scope',
  'username',
  'password',
];

/**
 * The native strategy of an OAuth connection. Parameters in the query of `authorizeUrl` and `tokenUrl` stay; `revokeUrl` and
 * `refreshUrl` are used where there are such inputs.
 */
export function compileOAuth(parts: OAuthParts): Readonly<Record<string, unknown>> {
  const { oauth2Type, apply, inputs, names } = parts;
  const { token = {} } = apply;
  const field = (name: string) =>
    inputs.some(input => input.name === name) ? names.toNative(`{{#${name}}}`, `/inputs/${name}`) : undefined;
  const clientId = field('clientId');
  const clientSecret = field('clientSecret');
  const isCode = oauth2Type === 'authorization_code' && token.password === undefined;
  return defined({
    authType: 'oauth2',
    ...toGrant(parts, isCode, field),
    tokenUrl: field('tokenUrl'),
    clientId,
    clientSecret,
    clientAuth:
      token.clientAuth === undefined || clientId === undefined
        ? undefined
        : clientAuthentications[token.clientAuth],
    scope: field('scopes') ?? field('scope'),
    refreshUrl: field('refreshUrl'),
    revocationUrl: field('revokeUrl'),
    tokenRequest: toTokenRequest(parts, isCode),
    tokenOutput: token.output,
    expiry:
      token.expires === undefined && token.lifetimeSeconds === undefined
        ? undefined
        : defined({
            value: token.expires ?? 'body.expires_in',
            format: 'seconds',
            lifetimeSeconds: token.lifetimeSeconds,
          }),
  });
}

const clientAuthentications = { basic: 'basic_auth', body: 'www_form_urlencoded', none: 'none' } as const;

function toGrant(
  { apply, names }: OAuthParts,
  isCode: boolean,
  field: (name: string) => string | undefined,
): Readonly<Record<string, unknown>> {
  const { password } = apply.token ?? {};
  if (password !== undefined) {
    const pointer = '/apply/token/password';
    return {
      grant: 'password',
      username: names.toNative(password.username, `${pointer}/username`),
      password: names.toNative(password.password, `${pointer}/password`),
    };
  }
  if (!isCode) return { grant: 'client_credentials' };
  return defined({
    grant: 'authorization_code',
    account: `<<${ACCOUNT_TAG}>>`,
    redirectUri: `<<${REDIRECT_TAG}>>`,
    authorizationUrl: field('authorizeUrl'),
  });
}

function toTokenRequest({ config, apply, names }: OAuthParts, isCode: boolean): object | undefined {
  const { token = {} } = apply;
  const own = Object.entries(token.params ?? {}).map(([name, text]) => [
    name,
    names.toNative(text, `/apply/token/params/${name}`),
  ]);
  const headers = Object.entries(token.headers ?? {}).map(([name, text]) => [
    name,
    names.toNative(text, `/apply/token/headers/${name}`),
  ]);
  // Of a person's consent the code itself is the grant, and refresh tokens have one of their own.
  const grantType =
    config.overrideGrantType === undefined || isCode ? [] : [['grant_type', config.overrideGrantType]];
  const allowed = config.allowedTokenParams;
  const omitted = allowed === undefined ? [] : STANDARD.filter(name => !allowed.includes(name));
  const request = defined({
    method: token.method,
    format: token.format,
    params: toObject([...grantType, ...own]),
    headers: toObject(headers),
    names: toObject(omitted.map(name => [name, null])),
  });
  return Object.keys(request).length === 0 ? undefined : request;
}

/** The object without the members that are undefined. */
export function defined(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function toObject(entries: readonly (readonly unknown[])[]): object | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
