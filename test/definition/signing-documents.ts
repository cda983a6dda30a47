import fc from 'fast-check';

const text = fc.string({ maxLength: 12 });
const filled = fc.string({ minLength: 1, maxLength: 12 });
const nullableText = fc.option(text);
const place = {
  in: fc.constantFrom('header', 'query', 'cookie'),
  name: filled,
};
const apiKey = fc.record(
  { ...place, value: fc.option(filled), prefix: text },
  { requiredKeys: ['in', 'name', 'value'] },
);
const placements = fc.array(fc.record({ ...place, value: filled }), { minLength: 1, maxLength: 3 });

/** Strategies that sign requests, in every form their definitions may take. */
export const signingAuths = fc.oneof(
  apiKey.map(key => ({ authType: 'api_key', ...key })),
  fc.array(apiKey, { minLength: 1, maxLength: 3 }).map(keys => ({ authType: 'api_key', keys })),
  fc.record(
    {
      authType: fc.constant('aws_signature_v4'),
      accessKeyId: filled,
      secretAccessKey: fc.option(filled),
      sessionToken: nullableText,
      region: filled,
      service: filled,
    },
    { requiredKeys: ['authType', 'accessKeyId', 'secretAccessKey', 'region', 'service'] },
  ),
  fc.record({ authType: fc.constant('digest'), username: filled, password: nullableText }),
  fc.record(
    {
      authType: fc.constant('hmac'),
      algorithm: fc.constantFrom('sha1', 'sha256', 'sha384', 'sha512'),
      key: fc.option(filled),
      keyEncoding: fc.constantFrom('utf8', 'hex', 'base64'),
      message: filled,
      messageEncoding: fc.constantFrom('utf8', 'hex', 'base64'),
      values: fc.dictionary(text, filled),
      encoding: fc.constantFrom('hex', 'base64', 'base64url'),
      timestampFormat: fc.constantFrom(
        'epoch_seconds',
        'epoch_milliseconds',
        'iso8601',
        'iso8601_basic',
        'http_date',
      ),
      nonceFormat: fc.constantFrom('uuid', 'hex'),
      placements,
    },
    { requiredKeys: ['authType', 'key', 'message', 'placements'] },
  ),
  fc.record(
    {
      authType: fc.constant('oauth1'),
      consumerKey: filled,
      consumerSecret: nullableText,
      token: nullableText,
      tokenSecret: nullableText,
      signatureMethod: fc.constantFrom('HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1', 'RSA-SHA256', 'PLAINTEXT'),
      privateKey: nullableText,
      realm: nullableText,
      in: fc.constantFrom('header', 'query'),
      bodyHash: fc.boolean(),
    },
    { requiredKeys: ['authType', 'consumerKey'] },
  ),
);
