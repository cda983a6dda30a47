import fc from 'fast-check';
import { extendedCredentials, oauthAuths } from './oauth-documents.ts';
import { signingAuths } from './signing-documents.ts';
import { tokenAuths } from './token-documents.ts';

/** Documents of every shape an author or an export may have: Integrator's present form, its older spellings, and Ferrule's additions. */
export function connectionDocuments(): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    {
      ...serverFields,
      name: text,
      type: fc.constant('http'),
      description: text,
      documentationLink: text,
      config: connectionConfig,
      secrets: names(nullableText),
      operations: fc.uniqueArray(operation, { maxLength: 3, selector: ({ name }) => name }),
    },
    { requiredKeys: ['name', 'config'] },
  );
}

/** Nothing but what Integrator 6.1.7 itself writes. */
export function integratorExports(): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    {
      ...serverFields,
      name: text,
      type: fc.constant('http'),
      description: text,
      documentationLink: text,
      config: fc.record(
        {
          configType: fc.constant('http'),
          baseUrl: text,
          testPath: nullableText,
          caCert: caCert,
          auth: presentAuth,
        },
        { requiredKeys: ['configType', 'baseUrl'] },
      ),
      secrets: names(nullableText),
      operations: fc.uniqueArray(presentOperation, { maxLength: 3, selector: ({ name }) => name }),
    },
    { requiredKeys: ['type', 'name', 'config'] },
  );
}

const text = fc.constantFrom(
  '',
  'a',
  'users/{{Id}}',
  '<<Base URL>>',
  'body?.items',
  '{"a": "{{b}}"}',
  'ünïcode ✓',
);
const filled = fc.constantFrom('a', 'Authorization', "body['access_token']", '<<Key>>');
const nullableText = fc.option(text);
const caCert = fc.option(fc.constant('-----BEGIN CERTIFICATE-----'));
const nameText = fc.constantFrom(
  'a',
  'Limit [0-1000]',
  'Submission Id*',
  'constructor',
  '__proto__',
  'x/y',
  '',
);
/** As JSON text would carry it: without negative zero. */
const json = fc.jsonValue({ maxDepth: 2 }).map((value): unknown => JSON.parse(JSON.stringify(value)));

function names<Value>(value: fc.Arbitrary<Value>) {
  // Entries instead of fc.dictionary, which never makes a key named __proto__ that is a field of its own.
  return fc.array(fc.tuple(nameText, value), { maxLength: 3 }).map(entries => Object.fromEntries(entries));
}

const serverFields = {
  id: fc.uuid(),
  insertedAt: fc.constant('2024-05-01T10:00:00Z'),
  updatedAt: fc.constant('2024-05-01T10:00:00Z'),
  lockVersion: fc.nat(),
};
const textOrTexts = fc.oneof(text, fc.array(text, { maxLength: 2 }));
const part = fc.record(
  { name: text, content: text, contentType: text, fileName: text, size: fc.nat() },
  { requiredKeys: ['name', 'content'] },
);
const presentBody = fc.oneof(
  fc.record({ bodyType: fc.constant('raw'), raw: json }),
  fc.record({ bodyType: fc.constant('www_form_urlencoded'), form: names(text) }),
  fc.record({ bodyType: fc.constant('multipart_form'), parts: fc.array(part, { maxLength: 2 }) }),
);
const body = fc.oneof(
  presentBody,
  fc.record({ raw: json }),
  fc.record({ form: names(text) }),
  fc.record({ parts: fc.array(part, { maxLength: 2 }) }),
  text,
  fc.constant(null),
  fc.record({ bodyType: fc.constant('json'), json }),
  fc.record(
    { bodyType: fc.constant('binary'), binary: text, contentType: text },
    { requiredKeys: ['bodyType', 'binary'] },
  ),
);
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH');
const operationConfig = fc.record(
  {
    configType: fc.constant('http'),
    method: fc.oneof(method, fc.constantFrom('HEAD', 'OPTIONS', 'get', 'delete')),
    path: text,
    params: names(textOrTexts),
    headers: names(textOrTexts),
    body,
    includeEmptyParams: fc.boolean(),
    followRedirect: fc.boolean(),
    streamResponse: fc.boolean(),
  },
  { requiredKeys: ['method', 'path'] },
);
const presentOperationConfig = fc.record(
  {
    configType: fc.constant('http'),
    method,
    path: text,
    params: names(text),
    headers: names(textOrTexts),
    body: presentBody,
    includeEmptyParams: fc.boolean(),
    followRedirect: fc.boolean(),
    streamResponse: fc.boolean(),
  },
  { requiredKeys: ['configType', 'method', 'path'] },
);
const presentOperation = fc.record(
  {
    ...serverFields,
    connectionId: fc.uuid(),
    name: text,
    config: presentOperationConfig,
    outputs: names(fc.record({ value: text, children: names(text) }, { requiredKeys: ['value'] })),
    notes: nullableText,
    documentationLink: text,
  },
  { requiredKeys: ['name', 'config'] },
);
const operation = fc.record(
  {
    name: text,
    config: operationConfig,
    outputs: names(
      fc.record(
        { value: text, children: names(text), language: fc.constantFrom('javascript', 'jsonata') },
        { requiredKeys: ['value'] },
      ),
    ),
    inputs: names(
      fc.record(
        {
          type: fc.constantFrom('string', 'integer'),
          required: fc.boolean(),
          default: json,
          enum: fc.array(json),
        },
        { requiredKeys: [] },
      ),
    ),
    notes: nullableText,
  },
  { requiredKeys: ['name', 'config'] },
);

const place = { header: filled, prefix: filled };
const basic = { username: text, password: nullableText };
const raw = { ...place, token: nullableText };
const tokenConnection = fc.record({ baseUrl: text, caCert }, { requiredKeys: ['baseUrl'] });
const http = {
  ...place,
  token: fc.record(
    {
      operation: presentOperationConfig,
      tokenOutput: filled,
      expirationOutput: filled,
      connection: tokenConnection,
    },
    { requiredKeys: ['operation', 'tokenOutput', 'expirationOutput'] },
  ),
};
const credentials = {
  tokenUrl: text,
  clientId: filled,
  clientSecret: nullableText,
  scope: nullableText,
  clientAuth: fc.constantFrom('basic_auth', 'www_form_urlencoded'),
  caCert,
};

function auths(spelling: 'authType' | 'type') {
  const named = <Fields extends object>(name: string, fields: fc.Arbitrary<Fields>) =>
    fields.map(given => ({ [spelling]: name, ...given }));
  return fc.oneof(
    named('basic', fc.record(basic)),
    named('raw_bearer_token', fc.record(raw, { requiredKeys: ['token'] })),
    named('http_bearer_token', fc.record(http, { requiredKeys: ['token'] })),
    named(
      'client_credentials',
      fc.record(credentials, { requiredKeys: ['tokenUrl', 'clientId', 'clientSecret'] }),
    ),
  );
}

const presentAuth = fc.option(auths('authType'));
const olderOutput = fc.oneof(filled, fc.record({ value: filled }));
const olderOutputs = fc
  .tuple(
    fc.constantFrom('token', 'tokenOutput', 'access_token', 'accessToken'),
    fc.constantFrom('expiration', 'expirationOutput', 'expires', 'expires_in', 'expiresIn', 'expiry'),
    olderOutput,
    olderOutput,
  )
  .map(([tokenName, expiryName, token, expiry]) => ({ [tokenName]: token, [expiryName]: expiry }));
const olderConnection = fc.option(
  fc.oneof(
    fc.record({ baseUrl: text, caCert }, { requiredKeys: ['baseUrl'] }),
    fc.record({ url: text, caCert }, { requiredKeys: ['url'] }),
    fc.record({ caCert }, { requiredKeys: [] }),
  ),
);
const olderAuth = fc
  .record({
    spelling: fc.constantFrom('type', 'authType'),
    operationName: fc.constantFrom('op', 'operation'),
    connectionName: fc.constantFrom('conn', 'connection'),
    outputsName: fc.constantFrom('outputs', 'transform'),
    beside: fc.boolean(),
    operation: operationConfig,
    connection: olderConnection,
    outputs: olderOutputs,
  })
  .map(
    ({ spelling, operationName, connectionName, outputsName, beside, operation, connection, outputs }) => ({
      [spelling]: 'bearer_token',
      token: {
        [operationName]: operation,
        [connectionName]: connection,
        ...(beside ? {} : { [outputsName]: outputs }),
      },
      ...(beside ? { [outputsName]: outputs } : {}),
    }),
  );
const auth = fc.option(
  fc.oneof(
    auths('authType'),
    auths('type'),
    signingAuths,
    oauthAuths,
    extendedCredentials,
    tokenAuths(operationConfig, names),
    olderAuth,
    fc.record({ type: fc.constant('bearer_token'), ...raw }, { requiredKeys: ['type', 'token'] }),
  ),
);
const connectionConfig = fc.record(
  {
    configType: fc.constant('http'),
    baseUrl: text,
    testPath: nullableText,
    caCert,
    auth,
    headers: names(textOrTexts),
    params: names(textOrTexts),
    test: fc.option(
      fc.record(
        {
          method,
          path: text,
          headers: names(text),
          body,
          expect: fc.option(fc.oneof(fc.constantFrom(200, 404), fc.constant([200, 204]), text)),
        },
        { requiredKeys: ['path'] },
      ),
    ),
    tls: fc.record(
      {
        caMode: fc.constantFrom('extend', 'replace'),
        clientCertificate: fc.option(
          fc.oneof(
            fc.record({ cert: filled, key: filled, passphrase: text }, { requiredKeys: ['cert', 'key'] }),
            fc.record({ pkcs12: filled, passphrase: text }, { requiredKeys: ['pkcs12'] }),
          ),
        ),
        fingerprint256: fc.option(fc.oneof(filled, fc.array(filled))),
        minVersion: fc.constantFrom('TLSv1.2', 'TLSv1.3'),
        serverName: fc.option(filled),
      },
      { requiredKeys: [] },
    ),
    timeouts: fc.record({ connectMs: fc.integer({ min: 1 }), totalMs: fc.constant(5) }, { requiredKeys: [] }),
    limits: fc.record(
      { maxEventBytes: fc.integer({ min: 1 }), maxDecompressionRatio: fc.constant(1.5) },
      { requiredKeys: [] },
    ),
    redirect: fc.record({ maxRedirects: fc.nat({ max: 50 }), cookies: fc.boolean() }, { requiredKeys: [] }),
    retry: fc.option(
      fc.record(
        {
          maxAttempts: fc.integer({ min: 1, max: 20 }),
          onStatus: fc.constant([429, 500]),
          waitFrom: fc.option(filled),
          methods: fc.array(method),
        },
        { requiredKeys: [] },
      ),
    ),
    rateLimit: fc.option(
      fc.record(
        {
          requests: fc.option(fc.integer({ min: 1, max: 100_000 })),
          concurrency: fc.option(fc.integer({ min: 1 })),
          maxQueue: fc.nat(),
        },
        { requiredKeys: [] },
      ),
    ),
    proxy: fc.option(
      fc.oneof(
        fc.constantFrom('http://proxy.example:3128', 'socks5h://[::1]'),
        fc.record(
          {
            url: fc.constantFrom('https://proxy.example', 'socks5://10.0.0.1:1080'),
            username: nullableText,
            password: fc.option(fc.constantFrom('<<Key>>', 'written')),
            noProxy: fc.array(fc.constantFrom('*', '.example', '10.0.0.0/8')),
            caCert,
          },
          { requiredKeys: ['url'] },
        ),
      ),
    ),
    socketPath: fc.option(fc.constant('/run/a.sock')),
    secretHosts: names(fc.array(filled)),
    values: names(filled),
    templateTags: fc.subarray(['<<>>', '{{}}']),
    http2: fc.boolean(),
  },
  { requiredKeys: ['baseUrl'] },
);
