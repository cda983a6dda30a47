import { FerruleError } from '../errors/ferrule-error.ts';
import { toApiKey } from './auth/api-key.ts';
import { toAwsSignatureV4 } from './auth/aws-signature-v4.ts';
import { toDigest } from './auth/digest.ts';
import { toHmac } from './auth/hmac.ts';
import { toOauthClient } from './auth/oauth-client.ts';
import { toOauth1 } from './auth/oauth1.ts';
import { toTokenConnection, toTokenRefresh, toTokenStep } from './auth/token-requests.ts';
import { toTokenUse } from './auth/token-use.ts';
import { defaults } from './defaults.ts';
import type { AuthDefinition, HttpBearerTokenDefinition } from './definition.ts';
import {
  type AuthInput,
  OLDER_EXPIRATION_NAMES,
  OLDER_TOKEN_NAMES,
  type OlderOutputsPlace,
  type OlderTokenInput,
  type OlderTokenName,
  type TokenInput,
} from './definition-input.ts';
import type { SourcePointers } from './source-pointers.ts';
import { toOperationConfig } from './to-operation-definition.ts';

type TokenDefinition = HttpBearerTokenDefinition['token'];
type PresentAuthInput = Extract<AuthInput, { readonly authType: string }>;

/** Translates every spelling of `auth`. `baseUrl` is the connection's own, for a token request that names none. */
export function toAuthDefinition(
  input: AuthInput,
  pointer: string,
  baseUrl: string,
  sources: SourcePointers,
): AuthDefinition {
  const auth = withAuthType(input, pointer, sources);
  switch (auth.authType) {
    case 'basic':
      return { authType: 'basic', username: auth.username, password: auth.password };
    case 'raw_bearer_token':
      return { authType: 'raw_bearer_token', token: auth.token, ...toPlace(auth) };
    case 'http_bearer_token':
      return {
        authType: 'http_bearer_token',
        ...toPlace(auth),
        ...toTokenUse(auth),
        token: toToken(auth.token, `${pointer}/token`, sources),
      };
    case 'client_credentials':
      return {
        authType: 'client_credentials',
        ...toOauthClient(auth),
        ...(auth.tokenUrl === undefined ? {} : { tokenUrl: auth.tokenUrl }),
        clientId: auth.clientId,
        clientSecret: auth.clientSecret,
        scope: auth.scope ?? null,
        clientAuth: auth.clientAuth ?? defaults.clientAuth,
        caCert: auth.caCert ?? null,
      };
    case 'api_key':
      return toApiKey(auth, pointer, sources);
    case 'aws_signature_v4':
      return toAwsSignatureV4(auth);
    case 'digest':
      return toDigest(auth);
    case 'hmac':
      return toHmac(auth);
    case 'oauth1':
      return toOauth1(auth);
    case 'oauth2':
      return auth;
    case 'bearer_token': {
      if (typeof auth.token === 'string' || auth.token === null) {
        return { authType: 'raw_bearer_token', token: auth.token, ...toPlace(auth) };
      }
      return {
        authType: 'http_bearer_token',
        ...toPlace(auth),
        token: toTokenOfOlder(auth.token, auth, pointer, baseUrl, sources),
      };
    }
  }
}

/** The older spelling of the discriminator replaced by the present one. */
function withAuthType(input: AuthInput, pointer: string, sources: SourcePointers): PresentAuthInput {
  if ('authType' in input) return input;
  sources.move(`${pointer}/authType`, `${pointer}/type`);
  const { type, ...rest } = input;
  // The type checker cannot see that each `type` goes with the fields beside it; the schemas have made sure.
  return { ...rest, authType: type } as PresentAuthInput;
}

function toPlace({ header, prefix }: { readonly header?: string; readonly prefix?: string }) {
  return { header: header ?? defaults.tokenHeader, prefix: prefix ?? defaults.tokenPrefix };
}

function toToken(input: TokenInput, pointer: string, sources: SourcePointers): TokenDefinition {
  const { operation, tokenOutput, expirationOutput, connection, steps, refresh } = input;
  return {
    operation: toOperationConfig(operation, `${pointer}/operation`, sources),
    tokenOutput,
    ...(expirationOutput === undefined ? {} : { expirationOutput }),
    connection: toTokenConnection(connection),
    ...(steps === undefined
      ? {}
      : { steps: steps.map((step, index) => toTokenStep(step, `${pointer}/steps/${index}`, sources)) }),
    ...(refresh === undefined ? {} : { refresh: toTokenRefresh(refresh, `${pointer}/refresh`, sources) }),
  };
}

/** The token of an older document; its outputs stand in it or beside it. */
function toTokenOfOlder(
  token: OlderTokenInput,
  auth: OlderOutputsPlace,
  authPointer: string,
  baseUrl: string,
  sources: SourcePointers,
): TokenDefinition {
  const pointer = `${authPointer}/token`;
  const [operationName, operation] = given(token, ['op', 'operation']);
  sources.move(`${pointer}/operation`, `${pointer}/${operationName}`);
  const beside = auth.outputs !== undefined || auth.transform !== undefined;
  const [outputsName, outputs] = given(beside ? auth : token, ['outputs', 'transform']);
  const outputsPointer = `${beside ? authPointer : pointer}/${outputsName}`;
  const expression = (names: readonly OlderTokenName[], target: string): string => {
    const [name, output] = given(outputs, names);
    const isText = typeof output === 'string';
    sources.move(`${pointer}/${target}`, `${outputsPointer}/${name}${isText ? '' : '/value'}`);
    return isText ? output : output.value;
  };
  return {
    operation: toOperationConfig(operation, `${pointer}/operation`, sources),
    tokenOutput: expression(OLDER_TOKEN_NAMES, 'tokenOutput'),
    expirationOutput: expression(OLDER_EXPIRATION_NAMES, 'expirationOutput'),
    connection: toOlderConnection(token, pointer, baseUrl, sources),
  };
}

function toOlderConnection(
  token: OlderTokenInput,
  tokenPointer: string,
  baseUrl: string,
  sources: SourcePointers,
): TokenDefinition['connection'] {
  const connection = token.conn ?? token.connection;
  if (!connection) return null;
  const pointer = `${tokenPointer}/connection`;
  if (token.conn) sources.move(pointer, `${tokenPointer}/conn`);
  if (connection.url !== undefined) sources.move(`${pointer}/baseUrl`, `${sources.toSource(pointer)}/url`);
  return { baseUrl: connection.baseUrl ?? connection.url ?? baseUrl, caCert: connection.caCert ?? null };
}

/** The one of `names` that is given, with its value. The schemas have made sure that there is one. */
function given<Fields extends object, Name extends keyof Fields & string>(
  fields: Fields,
  names: readonly Name[],
): readonly [Name, NonNullable<Fields[Name]>] {
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined && value !== null) return [name, value];
  }
  throw new FerruleError('DEFINITION_MISSING_FIELD', `None of ${names.join(', ')} is given`);
}
