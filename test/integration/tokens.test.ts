import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadFixture } from '../support/fixtures.ts';
import { openWorld, ownHeaders, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const secrets = {
  'Login Name': 'svc user',
  'Login Password': 'p&ss=w0rd+ü',
  'Client Secret': 's3cret/+ value',
  'API Key': 'key-123456',
};

function connect(name: string, caCert: string | null = world.caCert) {
  const { api, login } = world;
  return world.engine.connection(
    loadFixture(name, { api: api.origin, login: login.origin, caCert, secrets }),
  );
}

describe('a fixed bearer token', () => {
  it('stands in the header with its prefix', async () => {
    world.api.answerWith({ body: { data: [{ id: 'm-1' }, { id: 'm-2' }] } });
    const { outputs } = await connect('assistant').execute('List Models');
    expect(world.api.last.url).toBe('/v1/models');
    expect(world.api.last.header['authorization']).toBe('Bearer key-123456');
    expect(outputs).toEqual({ Models: 'm-1, m-2' });
  });

  it('stands alone in a header of its own when its prefix is empty', async () => {
    world.api.answerWith({ headers: { allow: 'GET, PUT' }, status: 204 });
    const { outputs } = await connect('document-archive').execute('Allowed Methods');
    expect(world.api.last).toMatchObject({ method: 'OPTIONS', url: '/archive/v2/documents?tenant=acme' });
    expect(world.api.last.header).toMatchObject({ 'x-api-key': 'key-123456', 'x-client': 'ferrule' });
    expect(world.api.last.header).not.toHaveProperty('authorization');
    expect(outputs).toEqual({ Allow: 'GET, PUT' });
  });

  it('works in its older spelling', async () => {
    world.api.answerWith({ body: [{ name: 'p1' }, { name: 'p2' }] });
    const { outputs } = await connect('older-static-token').execute('List Projects');
    expect(world.api.last.header['x-api-key']).toBe('Token key-123456');
    expect(outputs).toEqual({ Projects: [{ Name: 'p1' }, { Name: 'p2' }] });
  });
});

describe('a token request on a connection of its own', () => {
  it('is sent once, as the definition says, and its token is placed in the requests', async () => {
    world.login.answerWith({ body: { access_token: 'tok-1-abcdef', expires_in: '3600' } });
    world.api.answerWith({ body: { items: [{ tag: 'A1', model: { name: 'X' } }], total: 1 } });
    const assets = connect('asset-register');
    const first = await assets.execute('Find Assets', { 'Asset Tag': 'A1' });
    const second = await assets.execute('Find Assets', { Site: 'HQ' });
    expect(world.login.requests).toHaveLength(1);
    const { method, url, header, body } = world.login.last;
    expect([method, url]).toEqual(['POST', '/realms/assets/oauth/token']);
    expect(header).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    });
    expect(body.toString()).toBe('grant_type=password&username=svc+user&password=p%26ss%3Dw0rd%2B%C3%BC');
    expect(world.api.requests.map(({ url: path }) => path)).toEqual([
      '/assets/api/assets?tag=A1',
      '/assets/api/assets?site=HQ',
    ]);
    expect(new Set(world.api.requests.map(request => request.header['authorization']))).toEqual(
      new Set(['Bearer tok-1-abcdef']),
    );
    expect([first.token?.source, second.token?.source]).toEqual(['requested', 'cache']);
    expect(first.outputs).toEqual({ Assets: [{ Tag: 'A1', Model: 'X', Owner: '' }], Total: 1 });
  });

  it('works in its older spelling, the token being the whole body', async () => {
    world.login.answerWith({ body: 'jwt.abc.def', headers: { 'content-type': 'text/plain' } });
    world.api.answerWith({ body: { values: { Status: 'New' } } });
    const { outputs } = await connect('older-ticketing').execute('Retrieve Ticket', { 'Entry Id': 'T 1' });
    expect(world.login.last.url).toBe('/ars/jwt/login');
    expect(world.login.last.body.toString()).toBe('username=svc+user&password=p%26ss%3Dw0rd%2B%C3%BC');
    expect(world.api.last.url).toBe('/ars/entry/Ticket/T%201');
    expect(world.api.last.header['x-session-token']).toBe('AR-JWT jwt.abc.def');
    expect(outputs).toEqual({ Status: 'New', Summary: '' });
  });
});

describe('client credentials', () => {
  it('as form fields are sent once and bring a bearer token', async () => {
    world.login.answerWith({ body: { access_token: 'cc-token-1', token_type: 'Bearer', expires_in: 60 } });
    world.api.answerWith({ body: { result: [{ file_name: 'a.txt', size_bytes: '12' }] } });
    const { outputs } = await connect('it-service-desk').execute('List Attachments', {
      'System ID': 'abc^ORactive=true',
      Limit: 10,
    });
    const { method, url, header, body } = world.login.last;
    expect([method, url]).toEqual(['POST', '/oauth2/token']);
    expect(header).not.toHaveProperty('authorization');
    expect(body.toString()).toBe(
      'grant_type=client_credentials&client_id=ferrule-fixture&client_secret=s3cret%2F%2B+value',
    );
    expect(world.api.last.header['authorization']).toBe('Bearer cc-token-1');
    const { searchParams } = new URL(world.api.last.url, world.api.origin);
    expect(searchParams.get('sysparm_query')).toBe('element_id=abc^ORactive=true^ORDERBYsys_created_on');
    expect(searchParams.get('sysparm_limit')).toBe('10');
    expect(outputs).toEqual({ Attachments: [{ Name: 'a.txt', Size: 12, Link: '' }] });
  });

  it('as basic authentication are encoded by RFC 6749 section 2.3.1, with the scope in the form', async () => {
    world.login.answerWith({ body: { access_token: 'cc-token-2', expires_in: 60 } });
    world.api.answerWith({
      body: {
        invoices: [
          { number: 'I1', amount: 2.5, status: 'open' },
          { number: 'I2', amount: 4, status: 'overdue' },
        ],
      },
    });
    const { outputs } = await connect('billing').execute('List Invoices', { 'Account Number': '4/2' });
    const { header, body } = world.login.last;
    const [scheme, encoded = ''] = (header['authorization'] ?? '').split(' ');
    expect([scheme, Buffer.from(encoded, 'base64').toString()]).toEqual([
      'Basic',
      'ferrule-fixture:s3cret%2F%2B+value',
    ]);
    expect(body.toString()).toBe('grant_type=client_credentials&scope=invoices.read+invoices.write');
    expect(world.api.last.url).toBe('/billing/accounts/4%2F2/invoices?status=open&status=overdue');
    expect(outputs).toEqual({
      Invoices: [
        { Number: 'I1', Amount: '2.50', Overdue: 'no' },
        { Number: 'I2', Amount: '4.00', Overdue: 'yes' },
      ],
      'Open Total': 2.5,
    });
  });
});

describe('basic authentication', () => {
  it('replaces an Authorization header of the operation and is sent as UTF-8', async () => {
    const connection = world.engine.connection({
      name: 'Basic',
      config: {
        baseUrl: world.api.origin,
        caCert: world.caCert,
        auth: { authType: 'basic', username: 'ünï', password: 'pass:w0rd' },
      },
      operations: [
        { name: 'Get', config: { method: 'GET', path: '/', headers: { authorization: 'Nonsense' } } },
      ],
    });
    await connection.execute('Get');
    expect(ownHeaders(world.api.last.headers)).toEqual(['authorization']);
    expect(world.api.last.header['authorization']).toBe(
      `Basic ${Buffer.from('ünï:pass:w0rd').toString('base64')}`,
    );
  });

  it('does not replay after a 401: there is nothing to renew', async () => {
    world.api.answerWith({ status: 401, body: { error: 'no' } });
    const portal = connect('service-portal');
    const report = await world.engine
      .connection({
        ...loadFixture('service-portal', {
          api: world.api.origin,
          caCert: world.caCert,
          secrets: { 'Portal Password': 'wrong-password' },
        }),
      })
      .execute('Retrieve User', { Username: 'a' });
    expect(portal.name).toBe('Service Portal');
    expect([report.statusCode, report.ok, report.attempts.length]).toEqual([401, false, 1]);
    expect(world.api.requests).toHaveLength(1);
  });
});
