import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoutes } from '../../src/server/routes/routes.ts';
import { connectionTo, startWorld, type World } from './server-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

const ID = '00000000-0000-4000-8000-000000000000';
const routes = createRoutes().map(route => ({ ...route, at: route.path.replaceAll(/:\w+/g, ID) }));
const closed = routes.filter(({ scope }) => scope !== 'open');

describe('access to the server', () => {
  it('is open for nothing but health, version, and browsers that come by an unguessable link', () => {
    expect(routes.filter(({ scope }) => scope === 'open').map(({ path }) => path)).toEqual([
      '/oauth/start/:token',
      '/oauth/callback',
      '/api/healthz',
      '/api/version',
    ]);
  });

  it.each(closed)('needs a credential: $method $path', async ({ method, at }) => {
    for (const headers of [
      {},
      { authorization: 'Basic YTpi' },
      { authorization: 'Bearer ferrule_unknown' },
      { authorization: 'Bearer a.b.c' },
    ]) {
      const answer = await world.ask(method, at, undefined, { key: null, headers });
      expect([answer.status, answer.body.errorKey]).toEqual([401, 'UNAUTHENTICATED']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('is the same where Integrator has its API', async () => {
    const { status } = await world.ask('GET', '/app/integrator/api/connections', undefined, { key: null });
    expect(status).toBe(401);
    expect((await world.ask('GET', '/app/integrator/api/connections')).body).toEqual([]);
    expect((await world.ask('GET', '/app/integrator/other')).status).toBe(404);
  });

  it('tells a stranger nothing about what exists', async () => {
    for (const path of ['/', '/api/nothing', '/api/connections/x/y/z']) {
      expect((await world.ask('GET', path, undefined, { key: null })).status).toBe(401);
    }
    expect((await world.ask('GET', '/api/nothing')).status).toBe(404);
    const wrong = await world.ask('DELETE', '/api/connections');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  it.each(closed)('is by scope: $method $path takes $scope', async ({ method, at, scope }) => {
    const allowed = {
      read: ['read', 'execute', 'manage'],
      execute: ['execute', 'manage'],
      manage: ['manage'],
    } as const;
    for (const held of ['read', 'execute', 'manage'] as const) {
      const key = await world.keyFor(held);
      const answer = await world.ask(method, at, method === 'GET' || method === 'DELETE' ? undefined : {}, {
        key,
      });
      const mayCall = allowed[scope === 'open' ? 'read' : scope].some(each => each === held);
      expect(answer.status === 403).toBe(!mayCall);
    }
  });

  it('ends when a key is revoked or over', async () => {
    const created = await world.store.apiKeys.create({ name: 'soon gone', scopes: ['read'] });
    const key = created.key.reveal();
    expect((await world.ask('GET', '/api/connections', undefined, { key })).status).toBe(200);
    await world.store.apiKeys.revoke(created.id);
    expect((await world.ask('GET', '/api/connections', undefined, { key })).status).toBe(401);
    const over = await world.store.apiKeys.create({
      name: 'over',
      scopes: ['read'],
      expiresAtMs: Date.now() - 1,
    });
    expect((await world.ask('GET', '/api/connections', undefined, { key: over.key.reveal() })).status).toBe(
      401,
    );
  });

  it('does not take a credential from the query', async () => {
    const key = await world.keyFor('read');
    expect(
      (await world.ask('GET', `/api/connections?access_token=${key}`, undefined, { key: null })).status,
    ).toBe(401);
  });

  it('is refused under a name that is not the server’s, as that of a page that was led here', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = {
        port: world.server.port,
        host: '127.0.0.1',
        path: '/api/version',
        headers: { host: 'evil.example.com' },
      };
      request(options, response => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(421);
  });

  it('says to browsers that nothing here is theirs', async () => {
    const { headers } = await world.ask('GET', '/api/version', undefined, {
      key: null,
      headers: { origin: 'https://evil.example.com' },
    });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('leaves an audit event for every refusal, in the log and in the event log', async () => {
    const { body } = await world.ask(
      'POST',
      '/api/connections',
      connectionTo(world.system, {
        config: { configType: 'http', baseUrl: 'http://10.1.2.3', testPath: '/' },
        secrets: {},
      }),
    );
    await world.ask('POST', `/api/connections/${body.id}/test`);
    const key = await world.keyFor('read');
    await world.ask('DELETE', `/api/connections/${body.id}`, undefined, { key });
    await world.ask('GET', '/api/connections', undefined, { key: null });
    const ofServer = (await world.ask('GET', '/api/events?kind=refusal')).body;
    const codes = ofServer.map(({ details }: { details: { code: string } }) => details.code);
    expect(codes).toEqual(expect.arrayContaining(['FORBIDDEN', 'UNAUTHENTICATED', 'HOST_REFUSED']));
    const ofConnection = (await world.ask('GET', `/api/connections/${body.id}/events?kind=refusal`)).body;
    expect(ofConnection[0].details.code).toBe('EGRESS_REFUSED');
    const logged = world.log.filter(({ event }) => event === 'refusal').map(({ code }) => code);
    expect(logged).toEqual(expect.arrayContaining(['FORBIDDEN', 'UNAUTHENTICATED', 'EGRESS_REFUSED']));
  });
});
