import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OperationInput } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { loadFixture } from '../support/fixtures.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** A connection with a credential in every place there is. */
function connect(operation: Partial<OperationInput['config']> = {}, followRedirect = true) {
  return world.engine.connection({
    name: 'Redirects',
    config: {
      baseUrl: world.api.origin,
      caCert: world.caCert,
      auth: { authType: 'raw_bearer_token', token: '<<Key>>', header: 'X-Token', prefix: '' },
      headers: { Cookie: 'session=<<Key>>', 'X-Signature': 'sig <<Key>>', 'X-Plain': 'kept' },
    },
    secrets: { Key: 'credential-123' },
    operations: [{ name: 'Go', config: { method: 'GET', path: '/start', followRedirect, ...operation } }],
  });
}

const to = (location: string, status = 302) => ({ status, headers: { location } });

describe('a redirect', () => {
  it('is an answer unless the operation follows', async () => {
    world.api.answerWith(to('/elsewhere'));
    const report = await connect({}, false).execute('Go');
    expect(report).toMatchObject({ ok: false, statusCode: 302, redirects: [] });
    expect(world.api.requests).toHaveLength(1);
  });

  it('within the same origin is followed with every credential', async () => {
    world.api.answerWith(({ url }) => (url === '/start' ? to('../next?a=1') : { body: {} }));
    const report = await connect().execute('Go');
    expect(world.api.requests.map(({ url }) => url)).toEqual(['/start', '/next?a=1']);
    expect(world.api.last.header).toMatchObject({
      'x-token': 'credential-123',
      cookie: 'session=credential-123',
      'x-signature': 'sig credential-123',
      'x-plain': 'kept',
    });
    expect(report.redirects).toEqual([
      {
        statusCode: 302,
        from: `${world.api.origin}/start`,
        to: `${world.api.origin}/next`,
        credentialsDropped: false,
      },
    ]);
  });

  it('to another origin leaves every credential behind, and a way back does not restore it', async () => {
    const { api, login } = world;
    api.answerWith(({ url }) => (url === '/start' ? to(`${login.origin}/other`) : { body: {} }));
    login.answerWith(to(`${api.origin}/back`));
    const report = await connect().execute('Go');
    expect(report.statusCode).toBe(200);
    for (const { header } of [login.last, api.last]) {
      expect(JSON.stringify(header)).not.toContain('credential-123');
      expect(header).toMatchObject({ 'x-plain': 'kept' });
    }
    expect(report.redirects.map(({ credentialsDropped }) => credentialsDropped)).toEqual([true, false]);
  });

  it('to another origin never carries a secret that the server put into the address', async () => {
    world.api.answerWith(to(`${world.login.origin}/other?echo=credential-123`));
    const failure = await failureOf(connect().execute('Go'));
    expect(failure.code).toBe('REDIRECT_REFUSED');
    expect(JSON.stringify(failure) + failure.message + failure.stack).not.toContain('credential-123');
    expect(world.login.requests).toEqual([]);
  });

  it.each([307, 308])('of status %d to another origin does not carry the body there', async status => {
    world.api.answerWith(to(`${world.login.origin}/other`, status));
    const send = connect({ method: 'POST', body: { bodyType: 'raw', raw: '{"a": 1}' } });
    expect(await failureOf(send.execute('Go'))).toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(world.login.requests).toEqual([]);
  });

  it.each([
    [301, 'GET', 0],
    [302, 'GET', 0],
    [303, 'GET', 0],
    [307, 'POST', 8],
    [308, 'POST', 8],
  ])('of status %d after a POST is followed by %s', async (status, method, length) => {
    world.api.answerWith(({ url }) => (url === '/start' ? to('/next', status) : { body: {} }));
    await connect({ method: 'POST', body: { bodyType: 'raw', raw: '{"a": 1}' } }).execute('Go');
    expect([world.api.last.method, world.api.last.body.length]).toEqual([method, length]);
    expect('content-type' in world.api.last.header).toBe(length > 0);
  });

  it('never leads from https to http', async () => {
    world.api.answerWith(to('http://127.0.0.1:9/'));
    expect(await failureOf(connect().execute('Go'))).toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  it('that never ends is ended at the limit', async () => {
    world.api.answerWith(to('/start'));
    const failure = await failureOf(connect().execute('Go'));
    expect(failure).toMatchObject({ code: 'REDIRECT_LIMIT', details: { limit: 'maxRedirects', value: 10 } });
    expect(world.api.requests).toHaveLength(11);
  });

  it('is followed by the status page’s incident lookup', async () => {
    const { api, caCert } = world;
    api.answerWith(({ url }) =>
      url.startsWith('/i/')
        ? to('/api/v2/incidents/7.json', 301)
        : { body: { incident: { name: 'Outage' } } },
    );
    const page = world.engine.connection(loadFixture('status-page', { api: api.origin, caCert }));
    const report = await page.execute('Follow Incident', { 'Short Code': 'a/b' });
    expect(api.requests.map(({ url }) => url)).toEqual(['/i/a%2Fb', '/api/v2/incidents/7.json']);
    expect(report.outputs).toEqual({ Name: 'Outage', Impact: 'none' });
    expect(api.last.header).not.toHaveProperty('authorization');
  });
});
