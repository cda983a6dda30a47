import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import {
  configPage,
  connectionConfigVar,
  flow,
  integration,
  resolveConnections,
  runFlow,
  toNativeConnection,
  validate,
} from '../../src/spectral/index.ts';
import { createHarness } from '../../src/spectral/testing/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { acme } from './examples/acme-integration.ts';
import { acmeComponent } from './examples/api-key-component.ts';
import { acmeByOAuth } from './examples/oauth-connection.ts';
import { shared, sharing } from './examples/shared-connections.ts';

let server: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const customers = [{ id: 1, name: 'Ada', region: 'eu' }];
const acmeConfig = () => ({
  'Acme Connection': { fields: { endpoint: `${server.origin}/v1`, apiKey: 'k3y-of-acme' } },
  Region: 'eu',
});

describe('a flow', () => {
  it('runs with its connections and variables, and reports where each field came from', async () => {
    server.answerWith({ body: customers });
    const { data, report } = await runFlow(acme, 'Fetch Customers', {
      config: { ...acmeConfig(), 'page-size': '2' },
      params: { onTrigger: { results: { body: { data: { since: 'may' } } } } },
    });
    expect(data).toEqual(customers);
    expect(server.last.url).toBe('/v1/customers?active=true&limit=2&region=eu&since=may');
    expect(server.last.header['authorization']).toBe('Bearer k3y-of-acme');
    expect(report).toMatchObject({
      ok: true,
      integration: 'Acme',
      flow: 'Fetch Customers',
      connections: [
        {
          name: 'Acme Connection',
          key: 'acmeConnection',
          stableKey: 'acme-connection',
          activation: 'integration',
          sources: { endpoint: 'call', apiKey: 'call' },
        },
      ],
      diagnostics: [],
      logs: [{ level: 'info', message: 'Found 1 customers with [secret]' }],
    });
    expect(JSON.stringify(report)).not.toContain('k3y-of-acme');
  });

  it('is told everything that is missing at once', async () => {
    const error = await failureOf(
      runFlow(acme, 'Fetch Customers', {
        config: { 'Acme Connection': {}, Regoin: 'eu', 'Page Size': 'many' },
      }),
    );
    expect(error).toMatchObject({
      code: 'CONFIG_INCOMPLETE',
      issues: [
        { pointer: '/configPages/Connections/elements/Acme Connection/inputs/endpoint' },
        { pointer: '/configPages/Connections/elements/Acme Connection/inputs/apiKey' },
        { code: 'PARAMETER_UNKNOWN', message: 'The integration has no variable "Regoin"' },
        { code: 'PARAMETER_INVALID', pointer: '/configPages/Acme Settings/elements/Page Size' },
      ],
    });
  });

  it('is told of fields that stand in the wrong place, and of values that are none', async () => {
    const run = (given: unknown) =>
      failureOf(runFlow(acme, 'Fetch Customers', { config: { 'Acme Connection': given } }));
    const misplaced = await run({ endpoint: 'https://a.example.com', apiKey: 'k3y-of-acme' });
    expect(misplaced.issues.map(({ code }) => code).slice(0, 2)).toEqual([
      'PARAMETER_UNKNOWN',
      'PARAMETER_UNKNOWN',
    ]);
    expect(misplaced.message).not.toContain('k3y-of-acme');
    expect((await run('k3y-of-acme')).issues[0]).toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('that fails tells why and how far it came, without a secret anywhere', async () => {
    const error = await failureOf(runFlow(acme, 'Fail', { config: acmeConfig() }));
    expect(error.code).toBe('FLOW_FAILED');
    expect(error.message).toContain('no such customer for [secret]');
    expect(error.report).toMatchObject({ ok: false, flow: 'Fail' });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('k3y-of-acme');
  });

  it('carries the error of a request along, which holds no secret', async () => {
    server.answerWith({ status: 503, body: { why: 'maintenance' } });
    const error = await failureOf(runFlow(acme, 'Fetch Customers', { config: acmeConfig() }));
    expect(error).toMatchObject({
      code: 'FLOW_FAILED',
      retryable: true,
      cause: { code: 'STATUS_UNEXPECTED' },
    });
  });

  it('that does not exist is named with those that do', async () => {
    expect(await failureOf(runFlow(acme, 'Fetch'))).toMatchObject({
      code: 'OPERATION_UNKNOWN',
      expected: 'Fetch Customers, Fail, Invoke',
    });
  });

  it('runs its trigger first, and can invoke another', async () => {
    server.answerWith({ body: customers });
    const { data } = await runFlow(acme, 'Invoke', { config: acmeConfig() });
    expect(data).toEqual({ invoked: customers });
    expect(server.last.url).toContain('since=monday');
  });

  it('lets the host read its log while it runs', async () => {
    server.answerWith({ body: customers });
    const seen: unknown[] = [];
    await runFlow(acme, 'fetch-customers', { config: acmeConfig(), onLog: entry => seen.push(entry) });
    expect(seen).toEqual([{ level: 'info', message: 'Found 1 customers with [secret]' }]);
  });
});

const oauthFields = () => ({
  authorizeUrl: `${server.origin}/authorize?prompt=consent`,
  tokenUrl: `${server.origin}/token?v=1`,
  clientId: 'c1',
  clientSecret: 's3cret-of-client',
});

describe('a flow with an OAuth connection', () => {
  beforeEach(() => {
    server.answerWith(({ url, body, header }) =>
      url.startsWith('/token')
        ? {
            body: {
              access_token: `t0ken-${body.toString().includes('refresh_token') ? 2 : 1}`,
              ...(body.toString().includes('refresh_token') ? {} : { refresh_token: 'r3fresh' }),
              instance_url: server.origin,
              token_type: 'Bearer',
              expires_in: 3600,
            },
          }
        : { body: { auth: header['authorization'] } },
    );
  });

  it('gets the whole token answer, and the parameters of the callback that the host kept', async () => {
    await using engine = createEngine();
    const config = { 'Acme OAuth Connection': { fields: oauthFields(), context: { realmId: '42' } } };
    const unauthorised = await failureOf(runFlow(acmeByOAuth, 'Who Am I', { config, engine }));
    expect(unauthorised.code).toBe('TOKEN_NEEDS_REAUTH');

    const [resolved] = resolveConnections(acmeByOAuth, { config }).connections;
    if (resolved === undefined) throw new TypeError('the integration has a connection');
    const redirectUri = 'https://host.example.com/callback';
    const connection = engine.connection(toNativeConnection(resolved, { redirectUri }).definition);
    const { url, state } = await connection.beginAuthorization();
    expect(url).toContain(`${server.origin}/authorize?prompt=consent&`);
    expect(url).toContain('code_challenge_method=S256');
    await connection.completeAuthorization(`${redirectUri}?code=c0de&state=${state}&realmId=42`);
    expect(server.last.url).toBe('/token?v=1');
    expect(server.last.body.toString()).toContain('client_secret=s3cret-of-client');

    const { data, report } = await runFlow(acmeByOAuth, 'Who Am I', { config, engine });
    expect(data).toEqual({ me: { auth: 'Bearer t0ken-1' }, key: 'acmeOAuthConnection', realm: '42' });
    expect(report.connections).toMatchObject([{ token: 'fetched', tokenExpiresAt: expect.any(String) }]);
    expect(inspect(report, { depth: 10 })).not.toMatch(/t0ken|r3fresh|s3cret/);
    expect(inspect(resolved, { depth: 10 })).not.toContain('s3cret');
  });

  it('uses a token that the host keeps, and renews it by its refresh token when it is over', async () => {
    const given = (token: object) => ({ 'acme-oauth': { fields: oauthFields(), token } });
    const valid = { access_token: 'g1ven', instance_url: server.origin };
    const first = await runFlow(acmeByOAuth, 'Who Am I', { config: given(valid) });
    expect(first.data.me).toEqual({ auth: 'Bearer g1ven' });
    expect(first.report.connections).toMatchObject([{ token: 'given' }]);
    expect(server.requests).toHaveLength(1);
    const over = { ...valid, refresh_token: 'r3fresh', expires_at: '2020-01-01T00:00:00Z' };
    const second = await runFlow(acmeByOAuth, 'Who Am I', { config: given(over) });
    expect(second.data.me).toEqual({ auth: 'Bearer t0ken-2' });
  });
});

describe('connections that live outside of the integration', () => {
  const config = { Warehouse: { fields: { apiKey: 'warehouse-key' } } };
  const activation = (
    kind: 'organization' | 'customer' | 'user',
    stableKey: string,
    apiKey: string,
    rest: object,
  ) => ({
    kind,
    stableKey,
    connection: shared,
    layers: { organization: { endpoint: server.origin }, customer: { apiKey } },
    ...rest,
  });

  it('are found by stable key and scope, the nearest first', async () => {
    const activations = [
      activation('organization', 'billing', 'for-all', {}),
      activation('organization', 'billing', 'for-south', { customer: 'south' }),
      activation('customer', 'crm', 'of-south', { customer: 'south' }),
      activation('customer', 'crm', 'of-north', { customer: 'north' }),
      activation('organization', 'crm', 'for-all', {}),
      activation('user', 'calendar', 'of-jo', { user: 'jo' }),
      activation('user', 'calendar', 'of-flo', { user: 'flo' }),
    ];
    const run = (customer: string, user: string) =>
      runFlow(sharing, 'Report', { config, activations, customer, user });
    const { data, report } = await run('north', 'flo');
    expect(data).toEqual([
      ['sharedApiKey', 'Billing System', 'eu', 'for-all'],
      ['sharedApiKey', 'Customer CRM', 'eu', 'of-north'],
      ['sharedApiKey', 'My Calendar', 'eu', 'of-flo'],
      ['basic', 'Warehouse', 'asia', 'warehouse-key'],
    ]);
    expect(
      report.connections.map(({ name, activation: kind, sources }) => [name, kind, sources['region']]),
    ).toEqual([
      ['Warehouse', 'integration', 'organization'],
      ['Billing System', 'organization', 'default'],
      ['Customer CRM', 'customer', 'default'],
      ['My Calendar', 'user', 'default'],
    ]);
    const south = await run('south', 'jo');
    expect(south.data.map((row: unknown[]) => row[3])).toEqual([
      'for-south',
      'of-south',
      'of-jo',
      'warehouse-key',
    ]);
  });

  it('are all told when several are missing', async () => {
    const error = await failureOf(runFlow(sharing, 'Report', { customer: 'north' }));
    expect(error.issues.map(({ pointer }) => pointer)).toEqual([
      '/configPages/Connections/elements/Warehouse/inputs/apiKey',
      '/scopedConfigVars/Billing System',
      '/scopedConfigVars/Customer CRM',
      '/scopedConfigVars/My Calendar',
    ]);
  });
});

describe('a credential that is guessed', () => {
  it.each([
    [{ apiKey: 'k3y', username: 'jo', password: 'pw' }, 'apiKey'],
    [{ apiKey: '', username: 'jo', password: 'pw' }, 'basic'],
    [{ apiKey: '', username: '', password: '' }, undefined],
  ] as const)('is told in the report', async (fields, guess) => {
    const text = { label: 'Text', type: 'string' } as const;
    const guessing = integration({
      name: 'Guessing',
      flows: [flow({ name: 'Nothing', stableKey: 'nothing', onExecution: async () => ({ data: 1 }) })],
      configPages: {
        Connections: configPage({
          elements: {
            Acme: connectionConfigVar({
              stableKey: 'acme',
              dataType: 'connection',
              inputs: { apiKey: text, username: text, password: { ...text, type: 'password' } },
              apply: 'auto',
            }),
          },
        }),
      },
    });
    const { report } = await runFlow(guessing, 'Nothing', { config: { Acme: { fields } } });
    expect(report.connections[0]?.guess).toBe(guess);
  });
});

describe('the other examples of the documentation', () => {
  it('run: a component with an API key connection', async () => {
    server.answerWith({ body: ['item'] });
    const harness = createHarness(acmeComponent);
    const connection = { key: 'apiKey', configVarKey: '', fields: { endpoint: server.origin, apiKey: 'k' } };
    expect(await harness.action('listItems', { acmeConnection: connection, limit: '3' })).toEqual({
      data: ['item'],
    });
    expect([server.last.url, server.last.header['x-api-key']]).toEqual(['/items?limit=3', 'k']);
  });

  it.each([
    ['acme', acme],
    ['acmeByOAuth', acmeByOAuth],
    ['sharing', sharing],
  ])('are valid: %s', (_, integration) => {
    expect(validate(integration)).toEqual([]);
  });
});
