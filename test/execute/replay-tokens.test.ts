import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  type ConnectionInput,
  createEngine,
  createReplayTransport,
  type EngineOptions,
  type Har,
} from '../../src/index.ts';
import { CANARY, holdsCanary } from '../proof/canary.ts';
import { failureOf } from '../support/failure-of.ts';
import { startRecordingServer } from '../support/recording-server.ts';

const login = await startRecordingServer();
const api = await startRecordingServer();
afterAll(() => Promise.all([login.close(), api.close()]));

beforeEach(() => {
  login.reset();
  api.reset();
});

const operations: ConnectionInput['operations'] = [
  {
    name: 'Get',
    config: { method: 'GET', path: 'items', params: { q: '<<Q>>' } },
    outputs: { items: { value: 'body?.items' } },
  },
];

const openConnection = (definition: ConnectionInput, options: EngineOptions = {}) => {
  const engine = createEngine(options);
  onTestFinished(() => engine.close());
  return engine.connection(definition);
};

const oauth = (secret = CANARY, extra = {}): ConnectionInput => ({
  name: 'Items',
  config: {
    baseUrl: api.origin,
    auth: {
      authType: 'client_credentials',
      tokenUrl: `${login.origin}/token`,
      clientId: 'items-client',
      clientSecret: '<<Secret>>',
      ...extra,
    },
  },
  secrets: { Secret: secret },
  operations,
});

/** A session in two steps: a challenge, then a token that is in a header, with a cookie beside it. */
const steps = (): ConnectionInput => ({
  name: 'Items',
  config: {
    baseUrl: api.origin,
    auth: {
      authType: 'http_bearer_token',
      token: {
        connection: { baseUrl: login.origin },
        steps: [
          {
            name: 'challenge',
            operation: { configType: 'http', method: 'POST', path: '/challenge' },
            keep: { Challenge: 'body.challenge' },
          },
        ],
        operation: {
          configType: 'http',
          method: 'POST',
          path: '/session',
          headers: { 'Content-Type': 'application/json' },
          body: { bodyType: 'raw', raw: '{ "answer": "<<Challenge>>", "password": "<<Secret>>" }' },
        },
        tokenOutput: "headers['x-session']",
      },
    },
  },
  secrets: { Secret: CANARY },
  operations,
});

const answerItems = () => api.answerWith({ body: { items: [1, 2] } });

const record = async (definition: ConnectionInput): Promise<Har> => {
  answerItems();
  const { har } = await openConnection(definition).execute('Get', { Q: 'tea' }, { har: true });
  if (har === undefined) throw new TypeError('expected an archive');
  return JSON.parse(JSON.stringify(har));
};

const replay = (definition: ConnectionInput, ...recordings: readonly Har[]) =>
  openConnection(definition, { transport: createReplayTransport(...recordings) });

const pathsOf = ({ log }: Har) => log.entries.map(({ request }) => new URL(request.url).pathname);

test('the token request stands in the archive before the request that needed it', async () => {
  login.answerWith({ body: { access_token: 'at-5f2c81d0', token_type: 'Bearer', expires_in: 3600 } });
  expect(pathsOf(await record(oauth()))).toEqual(['/token', '/items']);
});

test('a recorded execution is replayed with its token request, and no server is asked', async () => {
  login.answerWith({ body: { access_token: 'at-5f2c81d0', token_type: 'Bearer', expires_in: 3600 } });
  const har = await record(oauth());
  login.reset();
  api.reset();
  const report = await replay(oauth('another secret'), har).execute('Get', { Q: 'tea' });
  expect([report.outputs, report.token?.source]).toEqual([{ items: [1, 2] }, 'requested']);
  expect([login.requests.length, api.requests.length]).toEqual([0, 0]);
});

test('steps before a token, and a token that is kept in a header, are replayed', async () => {
  login.answerWith(request =>
    request.url === '/challenge'
      ? { body: { challenge: 'ch-77aa01' } }
      : { headers: { 'x-session': 'sess-19ab44' }, body: { ok: true } },
  );
  const har = await record(steps());
  expect(pathsOf(har)).toEqual(['/challenge', '/session', '/items']);
  const { outputs } = await replay(steps(), har).execute('Get', { Q: 'tea' });
  expect(outputs).toEqual({ items: [1, 2] });
});

test('discovery is replayed as well: what its answer says is no secret', async () => {
  login.answerWith(request =>
    request.method === 'GET'
      ? {
          body: {
            issuer: login.origin,
            token_endpoint: `${login.origin}/oauth2/v1/token`,
            token_endpoint_auth_methods_supported: ['client_secret_basic'],
          },
        }
      : { body: { access_token: 'at-5f2c81d0', token_type: 'Bearer', expires_in: 3600 } },
  );
  const definition = oauth(CANARY);
  const auth = {
    authType: 'oauth2',
    grant: 'client_credentials',
    issuer: login.origin,
    clientId: 'items-client',
    clientSecret: '<<Secret>>',
  } as const;
  const discovered = { ...definition, config: { ...definition.config, auth } };
  const har = await record(discovered);
  expect(pathsOf(har)).toEqual(['/.well-known/openid-configuration', '/oauth2/v1/token', '/items']);
  const { outputs } = await replay(discovered, har).execute('Get', { Q: 'tea' });
  expect(outputs).toEqual({ items: [1, 2] });
});

test('a token that was rejected and fetched again is replayed in the same order', async () => {
  let tokens = 0;
  login.answerWith(() => {
    tokens += 1;
    return { body: { access_token: `at-5f2c81d0-${tokens}`, token_type: 'Bearer', expires_in: 3600 } };
  });
  const connection = openConnection(oauth());
  api.answerWith(request =>
    request.header['authorization']?.endsWith('-2') ? { body: { items: [3] } } : { status: 401 },
  );
  const { har } = await connection.execute('Get', { Q: 'tea' }, { har: true });
  if (har === undefined) throw new TypeError('expected an archive');
  expect(pathsOf(har)).toEqual(['/token', '/items', '/token', '/items']);
  const report = await replay(oauth(), har).execute('Get', { Q: 'tea' });
  expect([report.outputs, report.attempts.length]).toEqual([{ items: [3] }, 2]);
});

/** Credentials of an answer that nobody takes out of it, and that no redactor knows. */
const BYSTANDERS = ['eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl', 'rt 0.A9x/+=', 'd3v1ce', 'onlyletterssession'];

test('no secret is in the recording, in whatever form, and no credential that came unasked', async () => {
  login.answerWith(request => ({
    headers: { 'set-cookie': `sid=${BYSTANDERS[2]}`, 'x-auth-session': BYSTANDERS[3] ?? '' },
    body: {
      access_token: CANARY,
      token_type: 'Bearer',
      expires_in: 3600,
      id_token: BYSTANDERS[0],
      refresh_token: BYSTANDERS[1],
      device: { device_secret: BYSTANDERS[2], session: BYSTANDERS[3] },
      echo: request.body.toString(),
      basic: request.header['authorization'] ?? '',
      html: CANARY.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
      percent: encodeURIComponent(CANARY),
      base64: Buffer.from(`x${CANARY}`).toString('base64'),
    },
  }));
  for (const clientAuth of ['basic_auth', 'www_form_urlencoded']) {
    const text = JSON.stringify(await record(oauth(CANARY, { clientAuth })));
    expect(text).toContain('/token');
    expect(holdsCanary(text)).toBe(false);
    expect(BYSTANDERS.filter(each => text.includes(each) || text.includes(encodeURIComponent(each)))).toEqual(
      [],
    );
  }
});

test('what is plainly no credential stays readable', async () => {
  login.answerWith({
    body: { access_token: 'at-5f2c81d0', token_type: 'Bearer', expires_in: 3600, scope: 'read write' },
  });
  const [token] = (await record(oauth())).log.entries;
  expect(JSON.parse(token?.response.content.text ?? '')).toEqual({
    access_token: '[secret]',
    token_type: 'Bearer',
    expires_in: 3600,
    scope: 'read write',
  });
});

test('a token server that refused is replayed too, with the same error', async () => {
  login.answerWith({ status: 401, body: { error: 'invalid_client', error_description: 'unknown client' } });
  const failed = await failureOf(openConnection(oauth()).execute('Get', { Q: 'tea' }, { har: true }));
  const { har } = failed.report as { readonly har: Har };
  const again = await failureOf(replay(oauth(), har).execute('Get', { Q: 'tea' }));
  expect([again.code, again.message]).toEqual([failed.code, failed.message]);
});

test('a recording made with a token at hand lacks its request, and says so', async () => {
  login.answerWith({ body: { access_token: 'at-5f2c81d0', token_type: 'Bearer', expires_in: 3600 } });
  answerItems();
  const connection = openConnection(oauth());
  await connection.execute('Get', { Q: 'tea' });
  const { har } = await connection.execute('Get', { Q: 'tea' }, { har: true });
  if (har === undefined) throw new TypeError('expected an archive');
  const error = await failureOf(replay(oauth(), har).execute('Get', { Q: 'tea' }));
  expect([error.code, error.stage]).toEqual(['REPLAY_MISSED', 'authenticate']);
  expect(error.message).toContain(`POST ${login.origin}`);
});

test('a request that was not recorded is told which recorded one comes nearest', async () => {
  login.answerWith({ body: { access_token: 'at-5f2c81d0', token_type: 'Bearer', expires_in: 3600 } });
  const har = await record(oauth());
  const connection = replay(oauth(), har);
  const error = await failureOf(connection.execute('Get', { Q: 'milk' }));
  expect(error).toMatchObject({
    code: 'REPLAY_MISSED',
    found: 'one that differs from the nearest in query',
    suggestion: `GET ${api.origin}/items?q=tea`,
    details: { recorded: 2, recordedLeft: 1, differences: ['query'] },
  });
  await connection.execute('Get', { Q: 'tea' });
  const used = await failureOf(connection.execute('Get', { Q: 'tea' }));
  expect(used.found).toBe('one whose recorded answers are all used');
  expect(JSON.stringify([error, used])).not.toContain('5f2c81');
});
