import type { GenericSchema } from 'valibot';
import { once } from '../base/once.ts';
import { createApiKeyFields } from './auth/api-key.ts';
import { createAwsSignatureV4Fields } from './auth/aws-signature-v4.ts';
import { createDigestFields } from './auth/digest.ts';
import { createHmacFields } from './auth/hmac.ts';
import { CLIENT_AUTHENTICATIONS, createOauthClientFields } from './auth/oauth-client.ts';
import { createOauth1Fields } from './auth/oauth1.ts';
import { createOauth2Schema } from './auth/oauth2.ts';
import { createTokenRequestSchemas } from './auth/token-requests.ts';
import { createTokenUseFields } from './auth/token-use.ts';
import { defaults } from './defaults.ts';
import {
  type AuthInput,
  type HttpOperationConfigInput,
  OLDER_EXPIRATION_NAMES,
  OLDER_TOKEN_NAMES,
} from './definition-input.ts';
import { fields, filledText, isObject, judgedBy, oneOf, oneOfMany, refusal } from './schema-kit.ts';
import { valibot } from './valibot.ts';

/** Those that documents may also name by `type`. */
const INTEGRATOR_TYPES = ['basic', 'raw_bearer_token', 'http_bearer_token', 'client_credentials'] as const;
const AUTH_TYPES = [
  ...INTEGRATOR_TYPES,
  'api_key',
  'aws_signature_v4',
  'digest',
  'hmac',
  'oauth1',
  'oauth2',
] as const;

/** Every strategy under both spellings of its discriminator, and the older `bearer_token` in its three shapes. */
export function createAuthSchema(
  operationConfig: GenericSchema<HttpOperationConfigInput>,
): GenericSchema<AuthInput> {
  const v = valibot();
  const nullableText = v.nullable(v.string());
  const place = {
    header: v.exactOptional(filledText(), defaults.tokenHeader),
    prefix: v.exactOptional(v.string(), defaults.tokenPrefix),
  };
  const basic = { username: v.string(), password: nullableText };
  const raw = { ...place, token: nullableText };
  const http = once(() => ({
    ...place,
    ...createTokenUseFields(),
    token: fields({
      operation: operationConfig,
      tokenOutput: filledText(),
      expirationOutput: v.exactOptional(filledText()),
      ...createTokenRequestSchemas(operationConfig),
    }),
  }));
  const credentials = once(() => ({
    ...createOauthClientFields(),
    tokenUrl: v.exactOptional(v.string()),
    clientId: filledText(),
    clientSecret: nullableText,
    scope: v.exactOptional(nullableText),
    clientAuth: v.exactOptional(oneOf(CLIENT_AUTHENTICATIONS), defaults.clientAuth),
    caCert: v.exactOptional(v.nullable(filledText())),
  }));
  const older = once(() => createOlderShapes(operationConfig));
  const olderInside = () => ({ ...place, token: older().tokenWithOutputs });
  const olderBeside = () => ({ ...place, ...older().outputs, token: older().tokenAlone });
  const apiKey = once(createApiKeyFields);
  const oneServer = { atLeastOne: [['tokenUrl', 'issuer']] };
  const outputsBeside = { exactlyOne: [['outputs', 'transform']] };

  const current = {
    api_key: once(() => fields({ authType: oneOf(['api_key']), ...apiKey().one })),
    api_key_several: once(() => fields({ authType: oneOf(['api_key']), ...apiKey().several })),
    aws_signature_v4: once(() =>
      fields({ authType: oneOf(['aws_signature_v4']), ...createAwsSignatureV4Fields() }),
    ),
    digest: once(() => fields({ authType: oneOf(['digest']), ...createDigestFields() })),
    hmac: once(() => fields({ authType: oneOf(['hmac']), ...createHmacFields() })),
    oauth1: once(() => fields({ authType: oneOf(['oauth1']), ...createOauth1Fields() })),
    basic: once(() => fields({ authType: oneOf(['basic']), ...basic })),
    raw_bearer_token: once(() => fields({ authType: oneOf(['raw_bearer_token']), ...raw })),
    http_bearer_token: once(() => fields({ authType: oneOf(['http_bearer_token']), ...http() })),
    client_credentials: once(() =>
      fields({ authType: oneOf(['client_credentials']), ...credentials() }, oneServer),
    ),
    oauth2: once(createOauth2Schema),
    bearer_token: once(() => fields({ authType: oneOf(['bearer_token']), ...raw })),
    bearer_token_inside: once(() => fields({ authType: oneOf(['bearer_token']), ...olderInside() })),
    bearer_token_beside: once(() =>
      fields({ authType: oneOf(['bearer_token']), ...olderBeside() }, outputsBeside),
    ),
  };
  const typed = {
    basic: once(() => fields({ type: oneOf(['basic']), ...basic })),
    raw_bearer_token: once(() => fields({ type: oneOf(['raw_bearer_token']), ...raw })),
    http_bearer_token: once(() => fields({ type: oneOf(['http_bearer_token']), ...http() })),
    client_credentials: once(() =>
      fields({ type: oneOf(['client_credentials']), ...credentials() }, oneServer),
    ),
    bearer_token: once(() => fields({ type: oneOf(['bearer_token']), ...raw })),
    bearer_token_inside: once(() => fields({ type: oneOf(['bearer_token']), ...olderInside() })),
    bearer_token_beside: once(() =>
      fields({ type: oneOf(['bearer_token']), ...olderBeside() }, outputsBeside),
    ),
  };
  return oneOfMany([...Object.values(current), ...Object.values(typed)], input => {
    if (!isObject(input)) return refusal('wrong_type', 'an object or null');
    const spelling = Object.hasOwn(input, 'authType') || !Object.hasOwn(input, 'type') ? 'authType' : 'type';
    const shape = shapeOf(input, input[spelling]);
    const schemas: Shapes = spelling === 'authType' ? current : typed;
    const known = spelling === 'authType' ? AUTH_TYPES : INTEGRATOR_TYPES;
    return schemas[shape]?.() ?? v.object({ [spelling]: oneOf(known) });
  });
}

/** Each is made when a document has it. */
type Shapes = Readonly<Record<string, () => GenericSchema>>;

function shapeOf(auth: Readonly<Record<string, unknown>>, type: unknown): string {
  if (type === 'bearer_token' && isObject(auth['token'])) {
    return 'outputs' in auth || 'transform' in auth ? 'bearer_token_beside' : 'bearer_token_inside';
  }
  if (type === 'api_key' && 'keys' in auth) return 'api_key_several';
  return type === 'bearer_token' || AUTH_TYPES.some(known => known === type) ? String(type) : '';
}

/** The token request as documents had it before `http_bearer_token`: shorter names, outputs in or beside the token. */
function createOlderShapes<Config extends GenericSchema>(operationConfig: Config) {
  const v = valibot();
  const expression = filledText();
  const expressionObject = fields({ value: expression });
  const output = v.exactOptional(
    judgedBy(v.union([expression, expressionObject]), input => {
      if (isObject(input)) return expressionObject;
      return typeof input === 'string' ? expression : refusal('wrong_type', 'an expression');
    }),
  );
  const named = fields(
    {
      token: output,
      tokenOutput: output,
      access_token: output,
      accessToken: output,
      expiration: output,
      expirationOutput: output,
      expires: output,
      expires_in: output,
      expiresIn: output,
      expiry: output,
    },
    { exactlyOne: [OLDER_TOKEN_NAMES, OLDER_EXPIRATION_NAMES] },
  );
  const outputs = { outputs: v.exactOptional(named), transform: v.exactOptional(named) };
  const connection = v.exactOptional(
    v.nullable(
      fields(
        {
          baseUrl: v.exactOptional(v.string()),
          url: v.exactOptional(v.string()),
          caCert: v.exactOptional(v.nullable(filledText())),
        },
        { atMostOne: [['baseUrl', 'url']] },
      ),
    ),
  );
  const token = {
    op: v.exactOptional(operationConfig),
    operation: v.exactOptional(operationConfig),
    conn: connection,
    connection,
  };
  const oneOperation = ['op', 'operation'];
  const atMostOne = [['conn', 'connection']];
  return {
    outputs,
    tokenAlone: fields(token, { exactlyOne: [oneOperation], atMostOne }),
    tokenWithOutputs: fields(
      { ...token, ...outputs },
      { exactlyOne: [oneOperation, ['outputs', 'transform']], atMostOne },
    ),
  };
}
