import fc from 'fast-check';

const text = fc.string({ maxLength: 12 });
const filled = fc.string({ minLength: 1, maxLength: 12 });
const nullableText = fc.option(text);
const json = fc.jsonValue({ maxDepth: 2 });
const texts = fc.oneof(text, fc.array(text, { maxLength: 2 }));
const optional = <Fields extends Record<string, fc.Arbitrary<unknown>>>(fields: Fields) =>
  fc.record(fields, { requiredKeys: [] });

const assertion = optional({
  algorithm: fc.constantFrom('RS256', 'PS512', 'ES384', 'HS256', 'EdDSA'),
  key: fc.option(filled),
  keyId: filled,
  certificate: filled,
  issuer: filled,
  subject: filled,
  audience: filled,
  lifetimeSeconds: fc.integer({ min: 1, max: 86_400 }),
  claims: fc.dictionary(text, json),
});

const saml = fc.record(
  {
    key: fc.option(filled),
    certificate: filled,
    issuer: filled,
    subject: filled,
    nameIdFormat: filled,
    audience: filled,
    recipient: filled,
    lifetimeSeconds: fc.integer({ min: 1, max: 86_400 }),
    attributes: fc.dictionary(text, text),
  },
  { requiredKeys: ['key', 'issuer', 'subject'] },
);

/** What every OAuth client may say. */
const oauthClient = {
  clientAssertion: assertion,
  clientCertificate: fc.record(
    { cert: filled, key: filled, passphrase: text },
    { requiredKeys: ['cert', 'key'] },
  ),
  tokenRequest: optional({
    method: fc.constantFrom('POST', 'GET'),
    format: fc.constantFrom('form', 'json', 'query'),
    headers: fc.dictionary(text, texts),
    params: fc.dictionary(text, json),
    names: fc.dictionary(text, fc.option(filled)),
  }),
  tokenOutput: filled,
  refreshUrl: filled,
  introspectionUrl: filled,
  revocationUrl: filled,
  strict: fc.boolean(),
};

const clientAuthentications = fc.constantFrom(
  'basic_auth',
  'basic_auth_raw',
  'www_form_urlencoded',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'none',
);

const common = optional({
  ...oauthClient,
  clientId: filled,
  clientSecret: nullableText,
  clientAuth: clientAuthentications,
  scope: nullableText,
  caCert: fc.option(filled),
});
const server = fc.record({ tokenUrl: filled, issuer: filled }, { requiredKeys: ['issuer'] });

const grants = fc.oneof(
  fc.record({ grant: fc.constant('client_credentials') }),
  fc.record({ grant: fc.constant('password'), username: text, password: nullableText }),
  fc.record({ grant: fc.constant('jwt_bearer'), assertion: fc.oneof(assertion, fc.option(filled)) }),
  fc.record({ grant: fc.constant('saml2_bearer'), assertion: fc.oneof(saml, fc.option(filled)) }),
  fc.record({ grant: fc.constant('refresh_token'), refreshToken: nullableText }),
  fc.record(
    {
      grant: fc.constant('token_exchange'),
      subjectToken: nullableText,
      subjectTokenType: filled,
      actorToken: nullableText,
      actorTokenType: filled,
      requestedTokenType: filled,
    },
    { requiredKeys: ['grant', 'subjectToken'] },
  ),
  fc.record(
    { grant: fc.constant('device_code'), account: filled, deviceAuthorizationUrl: filled },
    { requiredKeys: ['grant', 'account'] },
  ),
  fc.record(
    {
      grant: fc.constant('authorization_code'),
      account: filled,
      redirectUri: filled,
      authorizationUrl: filled,
      authorizationParams: fc.dictionary(text, texts),
      keepCallback: fc.array(filled, { maxLength: 2 }),
    },
    { requiredKeys: ['grant', 'account', 'redirectUri'] },
  ),
);

/** OAuth by any grant, in every form its definitions may take. */
export const oauthAuths = fc
  .tuple(server, common, grants)
  .map(([where, client, grant]) => ({ authType: 'oauth2', ...where, ...client, ...grant }));

/** Integrator's client credentials with what Ferrule adds. */
export const extendedCredentials = fc.record(
  {
    authType: fc.constant('client_credentials'),
    ...oauthClient,
    issuer: filled,
    tokenUrl: text,
    clientId: filled,
    clientSecret: nullableText,
    clientAuth: clientAuthentications,
  },
  { requiredKeys: ['authType', 'issuer', 'clientId', 'clientSecret'] },
);
