import { fields, filledText, mapOf, oneOf, textOrTexts } from '../schema-kit.ts';
import { valibot } from '../valibot.ts';
import { type AssertionDefinition, createAssertionSchema } from './assertion.ts';
import type { TokenCertificateDefinition } from './token-requests.ts';
import { createTokenUseFields, type TokenUseDefinition, toTokenUse } from './token-use.ts';

/** How a client proves to the token endpoint who it is. */
export type ClientAuthentication = (typeof CLIENT_AUTHENTICATIONS)[number];

export const CLIENT_AUTHENTICATIONS = [
  'basic_auth',
  'basic_auth_raw',
  'www_form_urlencoded',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'none',
] as const;

/** What `client_credentials` and every grant of `oauth2` may say besides. Texts are templates. */
export interface OauthClientDefinition extends TokenUseDefinition {
  /** The authorization server, whose endpoints are then discovered (RFC 8414, OpenID Connect Discovery). */
  readonly issuer?: string;
  /** Of `client_secret_jwt` and `private_key_jwt`. */
  readonly clientAssertion?: AssertionDefinition;
  readonly tokenRequest?: TokenRequestDefinition;
  /** An expression over the token answer; `body.access_token` when left out. */
  readonly tokenOutput?: string;
  /** PEM; shown to the authorization server. Left out: what the connection shows, where it is trusted alike. */
  readonly clientCertificate?: TokenCertificateDefinition;
  /** Where refresh tokens are sent, when that is not the token endpoint. */
  readonly refreshUrl?: string;
  readonly introspectionUrl?: string;
  readonly revocationUrl?: string;
}

export interface TokenRequestDefinition {
  /** Parameters in the query instead of the body when GET. */
  readonly method?: 'POST' | 'GET';
  readonly format?: 'form' | 'json' | 'query';
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent besides; one of a standard name replaces it. JSON values only with format `json`. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Other names for standard parameters; null leaves the parameter out. */
  readonly names?: Readonly<Record<string, string | null>>;
}

export function createOauthClientFields() {
  const v = valibot();
  const url = v.exactOptional(filledText());
  return {
    ...createTokenUseFields(),
    issuer: url,
    clientAssertion: v.exactOptional(createAssertionSchema()),
    tokenRequest: v.exactOptional(
      fields({
        method: v.exactOptional(oneOf(['POST', 'GET'])),
        format: v.exactOptional(oneOf(['form', 'json', 'query'])),
        headers: v.exactOptional(mapOf(textOrTexts())),
        params: v.exactOptional(mapOf(v.unknown())),
        names: v.exactOptional(mapOf(v.nullable(filledText()))),
      }),
    ),
    clientCertificate: v.exactOptional(
      fields({ cert: filledText(), key: filledText(), passphrase: v.exactOptional(v.string()) }),
    ),
    tokenOutput: v.exactOptional(filledText()),
    refreshUrl: url,
    introspectionUrl: url,
    revocationUrl: url,
  };
}

/** The fields of an OAuth client among those of a strategy, left out where the author left them out. */
export function toOauthClient({
  issuer,
  clientAssertion,
  tokenRequest,
  clientCertificate,
  tokenOutput,
  refreshUrl,
  introspectionUrl,
  revocationUrl,
  ...use
}: OauthClientDefinition): OauthClientDefinition {
  return {
    ...toTokenUse(use),
    ...(issuer === undefined ? {} : { issuer }),
    ...(clientAssertion === undefined ? {} : { clientAssertion }),
    ...(tokenRequest === undefined ? {} : { tokenRequest }),
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(tokenOutput === undefined ? {} : { tokenOutput }),
    ...(refreshUrl === undefined ? {} : { refreshUrl }),
    ...(introspectionUrl === undefined ? {} : { introspectionUrl }),
    ...(revocationUrl === undefined ? {} : { revocationUrl }),
  };
}

/** What becomes of a secret that is written out at a place; null: nothing. */
export type SecretMap = (secret: string, place: string) => string | null;

/** The fields with each secret in them as `map` says. A certificate goes with its key. */
export function mapClientSecrets<
  Definition extends OauthClientDefinition & { readonly clientSecret?: string | null },
>(definition: Definition, map: SecretMap): Definition {
  const { clientSecret, clientAssertion, clientCertificate, ...rest } = definition;
  const key = clientCertificate === undefined ? null : map(clientCertificate.key, 'clientCertificate.key');
  const passphrase =
    clientCertificate?.passphrase === undefined
      ? undefined
      : map(clientCertificate.passphrase, 'clientCertificate.passphrase');
  const mapped = {
    ...rest,
    ...(clientSecret === undefined
      ? {}
      : { clientSecret: clientSecret && map(clientSecret, 'clientSecret') }),
    ...(clientAssertion === undefined
      ? {}
      : { clientAssertion: mapAssertionKey(clientAssertion, 'clientAssertion', map) }),
    ...(clientCertificate === undefined || key === null || passphrase === null
      ? {}
      : {
          clientCertificate: {
            ...clientCertificate,
            key,
            ...(passphrase === undefined ? {} : { passphrase }),
          },
        }),
  };
  // The same fields with the same types: the compiler cannot follow that through a type parameter.
  return mapped as unknown as Definition;
}

export function mapAssertionKey(
  assertion: AssertionDefinition,
  place: string,
  map: SecretMap,
): AssertionDefinition {
  return assertion.key ? { ...assertion, key: map(assertion.key, `${place}.key`) } : assertion;
}
