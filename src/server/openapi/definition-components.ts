import {
  anyObject,
  anything,
  described,
  either,
  fields,
  flag,
  integer,
  list,
  mapOf,
  nullableText,
  oneOf,
  partial,
  ref,
  type Schema,
  text,
  time,
  uuid,
} from './schema-words.ts';

const texts = either(text, list(text));
const stamps = { 'id?': uuid, 'lockVersion?': integer, 'insertedAt?': time, 'updatedAt?': time };

const secret = described(
  { anyOf: [{ type: ['string', 'null'] }, fields({ $clear: { const: true } })] },
  'Never has a value in an answer. Written: a text sets it, null keeps it, {"$clear": true} removes it.',
);

const connection: Readonly<Record<string, Schema>> = {
  type: oneOf('http'),
  name: text,
  config: either(ref('HTTP_Connection_Config'), ref('Invalid_Connection_Config')),
  'description?': text,
  'documentationLink?': text,
  'secrets?': mapOf(secret),
  ...stamps,
};

const operation: Readonly<Record<string, Schema>> = {
  name: text,
  config: either(ref('HTTP_Operation_Config'), ref('Invalid_Connection_Config')),
  'outputs?': ref('Operation_Outputs'),
  'inputs?': mapOf(anyObject),
  'notes?': nullableText,
  'documentationLink?': text,
  'connectionId?': uuid,
  ...stamps,
};

/** Connections and operations, as they are written and read. */
export const definitionComponents: Readonly<Record<string, Schema>> = {
  Connection: fields({ ...connection, 'status?': ref('Connection_Status') }),
  Connections: list(ref('Connection')),
  Partial_Connection: partial(fields(connection)),
  ConnectionExport: fields({ ...connection, 'operations?': list(ref('Operation')) }),
  Connection_Status: fields({
    healthy: flag,
    'state?': oneOf('pending', 'active', 'error', 'needs_reauth'),
    'reason?': text,
    'at?': time,
  }),
  HTTP_Connection_Config: described(
    fields(
      {
        configType: oneOf('http'),
        baseUrl: text,
        'testPath?': nullableText,
        'caCert?': nullableText,
        'auth?': either({ type: 'null' }, ref('HTTP_Auth')),
      },
      true,
    ),
    'Further fields are those of the JSON Schema of connections, published as ferrule/schema.',
  ),
  HTTP_Auth: fields(
    {
      authType: oneOf(
        'basic',
        'raw_bearer_token',
        'http_bearer_token',
        'client_credentials',
        'api_key',
        'aws_signature_v4',
        'digest',
        'hmac',
        'oauth1',
        'oauth2',
      ),
    },
    true,
  ),
  Invalid_Connection_Config: fields({ configType: oneOf('invalid'), errorMessage: text, rawValue: text }),
  Operation: fields(operation),
  Operations: list(ref('Operation')),
  Operations_Search: fields({ 'ids?': list(uuid) }),
  HTTP_Operation_Config: fields({
    configType: oneOf('http'),
    method: oneOf('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'),
    path: text,
    'params?': mapOf(texts),
    'headers?': mapOf(texts),
    'body?': ref('Request_Body'),
    'includeEmptyParams?': flag,
    'followRedirect?': flag,
    'streamResponse?': flag,
  }),
  Request_Body: fields(
    {
      bodyType: oneOf('raw', 'www_form_urlencoded', 'multipart_form', 'json', 'binary'),
      'raw?': anything,
      'form?': mapOf(text),
      'parts?': list(anyObject),
      'json?': anything,
      'binary?': text,
    },
    true,
  ),
  Operation_Outputs: mapOf(
    fields({ value: text, 'children?': mapOf(text), 'language?': oneOf('javascript', 'jsonata') }),
  ),
};
