import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/execute/engine.ts';
import { startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { connectTo, startWorld } from './token-requests.ts';

/** Every character that some place has to escape, but none that a header cannot hold. */
const HARD = `t+/=&%~"'<>|ä`;

describe('a fetched token', () => {
  it('goes into the header and behind the prefix of the definition', async () => {
    await using world = await startWorld();
    await connectTo(world, {}).execute('Call');
    await connectTo(world, { header: 'X-Auth', prefix: '' }).execute('Call');
    await connectTo(world, { prefix: 'Token' }).execute('Call');
    const sent = world.calls().map(({ headers }) => [headers.authorization, headers['x-auth']]);
    expect(sent).toEqual([
      ['Bearer t0ken', undefined],
      [undefined, 't0ken'],
      ['Token t0ken', undefined],
    ]);
  });

  it('goes into several places at once, escaped for each of them', async () => {
    await using world = await startWorld(({ url }) =>
      url.startsWith('/token') ? { body: { access_token: HARD } } : undefined,
    );
    const connection = connectTo(world, {
      placements: [
        { in: 'header', name: 'X-Token', value: 'v1 <<token>>' },
        { in: 'query', name: 'access token', value: '<<token>>' },
      ],
    });
    await connection.execute('Call');
    const [sent] = world.calls();
    expect(sent?.url).toBe('/call?access%20token=t%2B%2F%3D%26%25~%22%27%3C%3E%7C%C3%A4');
    expect(Buffer.from(String(sent?.headers['x-token']), 'latin1').toString()).toBe(`v1 ${HARD}`);
    expect(sent?.rawHeaders).not.toContain('Authorization');
  });

  it('joins the cookies that an operation sends', async () => {
    await using world = await startWorld();
    const placements = [{ in: 'cookie', name: 'sid', value: '<<token>>' }] as const;
    await connectTo(world, { placements }, { call: { headers: { Cookie: 'theme=dark; sid=old' } } }).execute(
      'Call',
    );
    expect(world.calls()[0]?.headers.cookie).toBe('theme=dark; sid=t0ken');
  });

  it('is composed with values kept from the answer, with secrets and with parameters', async () => {
    await using world = await startWorld(({ url }) =>
      url.startsWith('/token') ? { body: { access_token: 't0ken', account: { id: 4711 } } } : undefined,
    );
    const connection = connectTo(
      world,
      {
        keep: { accountId: 'body.account.id' },
        placements: [
          { in: 'header', name: 'Authorization', value: 'Token token=<<token>>, id=<<accountId>>' },
          { in: 'header', name: 'X-App', value: '{{App}}/{{Tenant}}' },
          { in: 'header', name: 'X-Optional', value: '<<Not given>>' },
        ],
      },
      { secrets: { App: 'app-1' } },
    );
    await connection.execute('Call', { Tenant: 'north' });
    const [sent] = world.calls();
    expect(sent?.headers.authorization).toBe('Token token=t0ken, id=4711');
    expect(sent?.headers['x-app']).toBe('app-1/north');
    expect(sent?.rawHeaders).not.toContain('X-Optional');
  });

  it('is the one that `<<token>>` means in its place, whatever secrets there are', async () => {
    await using world = await startWorld();
    const placements = [{ in: 'header', name: 'X-T', value: '<<token>>' }] as const;
    await connectTo(world, { placements }, { secrets: { token: 'a secret' } }).execute('Call');
    expect(world.calls()[0]?.headers['x-t']).toBe('t0ken');
  });

  it('is masked in every place by dry runs and reports', async () => {
    await using world = await startWorld();
    const connection = connectTo(world, {
      placements: [
        { in: 'query', name: 'key', value: '<<token>>' },
        { in: 'cookie', name: 'sid', value: '<<token>>' },
      ],
    });
    const before = await connection.dryRun('Call');
    expect(before.url).toBe(`${world.server.origin}/call?key=%5Btoken%5D`);
    const report = await connection.execute('Call', {}, { debug: true });
    const after = await connection.dryRun('Call');
    expect(JSON.stringify([report, after])).not.toContain('t0ken');
    expect(after.url).toBe(`${world.server.origin}/call?key=[secret]`);
  });

  it('stays behind when a redirect leads to another origin', async () => {
    await using elsewhere = await startEchoServer();
    await using world = await startWorld(({ url }) =>
      url.startsWith('/call')
        ? { status: 302, headers: { location: `${elsewhere.origin}/there` } }
        : undefined,
    );
    const connection = connectTo(
      world,
      {
        placements: [
          { in: 'header', name: 'X-Token', value: '<<token>>' },
          { in: 'query', name: 'key', value: '<<token>>' },
          { in: 'cookie', name: 'sid', value: '<<token>>' },
        ],
      },
      { call: { followRedirect: true } },
    );
    await connection.execute('Call');
    const [request] = elsewhere.received;
    expect([request?.url, request?.headers.cookie, request?.headers['x-token']]).toEqual([
      '/there',
      undefined,
      undefined,
    ]);
  });

  it.each([
    [{ in: 'cookie', name: 'a b', value: '<<token>>' }, 'HEADER_INVALID', '/config/auth/placements/0/name'],
    [{ in: 'header', name: 'Host:', value: '<<token>>' }, 'HEADER_INVALID', '/config/auth/placements/0/name'],
    [{ in: 'header', name: 'X', value: '<<token' }, undefined, undefined],
  ] as const)('is refused a place that cannot be: %j', async (placement, code, pointer) => {
    const engine = createEngine();
    const config = {
      baseUrl: 'http://127.0.0.1',
      auth: {
        authType: 'http_bearer_token',
        placements: [placement],
        token: { operation: { method: 'GET', path: '/t' }, tokenOutput: 'body' },
      },
    } as const;
    if (code === undefined) {
      expect(engine.connection({ name: 'N', config }).diagnostics).toHaveLength(1);
    } else {
      const failure = await failureOf(() => engine.connection({ name: 'N', config }));
      expect(failure.issues).toMatchObject([{ code, pointer }]);
    }
    await engine.close();
  });
});
