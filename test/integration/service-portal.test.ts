import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { loadFixture } from '../support/fixtures.ts';
import { openWorld, ownHeaders, type World } from './world.ts';

let world: World;
let portal: Connection;

beforeAll(async () => {
  world = await openWorld();
  const { api, caCert } = world;
  const secrets = { 'Portal Password': 'pass:w0rd ü' };
  portal = world.engine.connection(loadFixture('service-portal', { api: api.origin, caCert, secrets }));
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const credential = `Basic ${Buffer.from('integration-user:pass:w0rd ü').toString('base64')}`;

const USER = {
  username: 'jdoe',
  displayName: 'Jo Doe',
  email: 'jo@example.test',
  enabled: true,
  spaceAdmin: false,
  preferredLocale: 'en_US',
  timezone: 'UTC',
  createdAt: '2024-01-01T00:00:00Z',
  createdBy: 'admin',
  updatedAt: '2024-02-01T00:00:00Z',
  updatedBy: 'admin',
  attributesMap: { Manager: ['boss'], Department: ['IT'], Organization: ['Acme'], Site: ['HQ'] },
  profileAttributesMap: { 'First Name': ['Jo'], 'Last Name': ['Doe'], 'Phone Number': ['1'] },
  memberships: [{}, {}],
};

describe('a user lookup with twenty outputs', () => {
  it('sends one authenticated request and fills every output', async () => {
    world.api.answerWith({ body: { user: USER } });
    const report = await portal.execute('Retrieve User', { Username: 'jo/../e ?#%ü' });
    expect(world.api.last).toMatchObject({ method: 'GET' });
    expect(world.api.last.url).toBe(
      '/app/api/v1/users/jo%2F..%2Fe%20%3F%23%25%C3%BC?include=attributesMap%2CprofileAttributesMap%2Cmemberships',
    );
    expect(world.api.last.header['authorization']).toBe(credential);
    expect(ownHeaders(world.api.last.headers)).toEqual(['authorization']);
    expect(report).toMatchObject({ ok: true, statusCode: 200, diagnostics: [] });
    expect(report.outputs).toEqual({
      Username: 'jdoe',
      'Display Name': 'Jo Doe',
      Email: 'jo@example.test',
      Enabled: true,
      'Space Admin': false,
      'Preferred Locale': 'en_US',
      'Time Zone': 'UTC',
      'Created At': '2024-01-01T00:00:00Z',
      'Created By': 'admin',
      'Updated At': '2024-02-01T00:00:00Z',
      'Updated By': 'admin',
      Manager: 'boss',
      Department: 'IT',
      Organization: 'Acme',
      Site: 'HQ',
      'First Name': 'Jo',
      'Last Name': 'Doe',
      'Phone Number': '1',
      'Team Count': 2,
      'Error Message': '',
    });
  });

  it.each([
    [
      'a 404 with an error',
      { status: 404, body: { error: 'Unable to locate User' } },
      'Unable to locate User',
    ],
    ['fields missing at every depth', { body: { user: { attributesMap: { Manager: [] } } } }, ''],
    ['an empty body', { status: 200, body: '' }, ''],
    ['a null', { body: 'null', headers: { 'content-type': 'application/json' } }, ''],
    ['a text', { body: 'oops', headers: { 'content-type': 'text/plain' } }, ''],
  ])('yields empty values for %s', async (_, answer, message) => {
    world.api.answerWith(answer);
    const { outputs, diagnostics } = await portal.execute('Retrieve User', { Username: 'jdoe' });
    expect(outputs).toMatchObject({ Username: '', Enabled: false, Manager: '', 'Team Count': 0 });
    expect(outputs['Error Message']).toBe(message);
    expect(Object.keys(outputs)).toHaveLength(20);
    expect(diagnostics).toEqual([]);
  });

  it('fails before anything is sent when the user name is missing, and names it', async () => {
    const failure = await failureOf(portal.execute('Retrieve User', { Usernme: 'jdoe' }));
    expect(failure.code).toBe('PARAMETER_MISSING');
    expect(failure.message).toContain('"Username"');
    expect(failure.message).toContain('Did you mean "Username"');
    expect(world.api.requests).toEqual([]);
  });
});

describe('a list of users', () => {
  it('maps children for each element and leaves out parameters without a value', async () => {
    world.api.answerWith({ body: { users: [{ username: 'a', email: 'a@x' }, { username: 'b' }] } });
    const { outputs } = await portal.execute('List Users', { Query: 'a&b=c', Limit: 25 });
    expect(world.api.last.url).toBe('/app/api/v1/users?q=a%26b%3Dc&limit=25');
    expect(outputs).toEqual({
      Users: [
        { Username: 'a', 'Display Name': '', Email: 'a@x', Position: 1 },
        { Username: 'b', 'Display Name': '', Email: '', Position: 2 },
      ],
      'User Count': 2,
      'Next Page Token': '',
    });
  });

  it.each(['Limit', 'Limit [0-1000]'])('takes the parameter by the name %j', async name => {
    world.api.answerWith({ body: { users: [] } });
    await portal.execute('List Users', { [name]: 7, Direction: 'ASC' });
    expect(world.api.last.url).toBe('/app/api/v1/users?limit=7&direction=ASC');
  });

  it('sends no query at all when nothing is given', async () => {
    world.api.answerWith({ body: { users: [] } });
    await portal.execute('List Users');
    expect(world.api.last.url).toBe('/app/api/v1/users');
  });

  it('describes its parameters with the types the names hint at', () => {
    expect(portal.inputs('List Users').properties).toMatchObject({
      Limit: { minimum: 0, maximum: 1000 },
      Direction: { enum: ['ASC', 'DESC'] },
    });
    expect(portal.inputs('Retrieve Submission').required).toEqual(['Submission Id']);
  });
});

describe('an update whose sections are optional', () => {
  it.each([
    [{ 'Display Name': 'Jo "J" Doe' }, { displayName: 'Jo "J" Doe' }],
    [
      { Email: 'a\\b\n', Enabled: true },
      { email: 'a\\b\n', enabled: true },
    ],
    [{ Attributes: [{ name: 'Site', values: ['HQ'] }] }, { attributes: [{ name: 'Site', values: ['HQ'] }] }],
    [{}, {}],
  ])('sends strict JSON for %j', async (parameters, body) => {
    await portal.execute('Update User', { Username: 'jdoe', ...parameters });
    const { method, header, body: sent } = world.api.last;
    expect([method, header['content-type']]).toEqual(['PUT', 'application/json']);
    expect(JSON.parse(sent.toString())).toEqual(body);
    expect(header['content-length']).toBe(String(sent.length));
  });
});

describe('requests without a body', () => {
  it('are sent by DELETE with an empty raw body: no body, no type, no chunks', async () => {
    world.api.answerWith({ status: 204 });
    const { outputs, ok } = await portal.execute('Delete User', { Username: 'jdoe' });
    const { method, header, body } = world.api.last;
    expect([method, body.length]).toEqual(['DELETE', 0]);
    expect(header).not.toHaveProperty('content-type');
    expect(header).not.toHaveProperty('transfer-encoding');
    expect(header['content-length'] ?? '0').toBe('0');
    expect([outputs, ok]).toEqual([{ 'Status Code': 204 }, true]);
  });

  it('are sent by GET with an empty form', async () => {
    world.api.answerWith({ body: { space: { name: 'Acme', slug: 'acme' } } });
    const { outputs } = await portal.execute('Retrieve Space');
    const { url, header, body } = world.api.last;
    expect([url, body.length]).toEqual(['/app/api/v1/space', 0]);
    for (const name of ['content-type', 'content-length', 'transfer-encoding']) {
      expect(header).not.toHaveProperty(name);
    }
    expect(outputs).toEqual({ Name: 'Acme', Slug: 'acme' });
  });
});

describe('paths', () => {
  it('without a leading slash join the base URL all the same', async () => {
    const memberships = [{ user: { email: 'a@x' } }, { user: { email: 'b@x' } }];
    world.api.answerWith({ body: { team: { name: 'Ops', memberships } } });
    const { outputs } = await portal.execute('Retrieve Team', { Slug: 'ops team' });
    expect(world.api.last.url).toBe('/app/api/v1/teams/ops%20team?include=memberships.user');
    expect(outputs).toEqual({ Name: 'Ops', 'Member Emails': 'a@x,b@x' });
  });

  it('that are one parameter keep its segments and its query', async () => {
    world.api.answerWith({ body: { a: 1 } });
    const { outputs } = await portal.execute('Call Any Path', { 'Request Path': '/kapps/it?limit=5&q=a b' });
    expect(world.api.last.url).toBe('/app/api/v1/kapps/it?limit=5&q=a%20b');
    expect(outputs).toEqual({ Body: '{"a":1}', 'Status Code': 200 });
  });

  it.each(['https://evil.test/', '//evil.test/x', '../../admin', '/a/%2e%2e/b', '/a\\..\\b', 'x#y'])(
    'that are one parameter refuse a value that leads elsewhere: %s',
    async path => {
      const failure = await failureOf(portal.execute('Call Any Path', { 'Request Path': path }));
      expect(failure.code).toBe('VALUE_REFUSED');
      expect(world.api.requests).toEqual([]);
    },
  );

  it.each(['..', '.'])('refuse %j as the value of one segment', async username => {
    const failure = await failureOf(portal.execute('Retrieve User', { Username: username }));
    expect(failure.code).toBe('VALUE_REFUSED');
  });
});

describe('a query with quotes in its value', () => {
  it('arrives with quotes, brackets and spaces as the author meant them', async () => {
    world.api.answerWith({ body: { submissions: [{ id: '1', values: { 'Requested For': 'jo' } }] } });
    const { outputs } = await portal.execute('Find Submissions', {
      'Kapp Slug': 'services',
      'Requested For': 'jo & "co"',
      'Core State': 'Draft',
    });
    const { pathname, searchParams } = new URL(world.api.last.url, world.api.origin);
    expect(pathname).toBe('/app/api/v1/kapps/services/submissions');
    expect(searchParams.get('q')).toBe('values[Requested For]="jo & "co"" AND coreState="Draft"');
    expect(world.api.last.url).toMatch(/^[\x21-\x7e]+$/);
    expect(world.api.last.url).not.toContain('"');
    expect(outputs).toEqual({ Submissions: [{ Id: '1', 'Requested For': 'jo', Status: '' }] });
  });
});

describe('a required parameter marked by a star', () => {
  it.each(['Submission Id', 'Submission Id*'])('is given as %j', async name => {
    world.api.answerWith({ body: { submission: { id: 's-1', values: { b: 1, a: [2] } } } });
    const { outputs } = await portal.execute('Retrieve Submission', { [name]: 's-1' });
    expect(world.api.last.url).toBe('/app/api/v1/submissions/s-1?include=values');
    expect(outputs).toEqual({ Id: 's-1', Values: '{"b":1,"a":[2]}' });
  });
});
