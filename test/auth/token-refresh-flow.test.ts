import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, createMemoryTokenStore, type TokenStore } from '../../src/index.ts';
import { type Received, sendJson, startEchoServer } from '../support/echo-server.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

const HOUR = 3_600_000;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

/** A login, a refresh endpoint whose refresh tokens are good once, and an API that takes the newest token only. */
async function startRotatingApi() {
  const asked: string[] = [];
  let issued = 0;
  const answer = (request: Received): { readonly status: number; readonly body: object } => {
    if (request.url === '/read') {
      const accepted = request.headers.authorization === `Bearer access-${issued}`;
      return { status: accepted ? 200 : 401, body: { accepted } };
    }
    const { refresh = '' } = JSON.parse(request.body) as { refresh?: string };
    asked.push(refresh === '' ? 'login' : refresh);
    if (request.url === '/refresh' && refresh !== `refresh-${issued}`) {
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    issued += 1;
    return { status: 200, body: { access: `access-${issued}`, refresh: `refresh-${issued}`, seconds: 3600 } };
  };
  const server = await startEchoServer((request, response) => {
    const { status, body } = answer(request);
    return sendJson(response, body, status);
  });
  open.unshift(server);
  return { origin: server.origin, asked };
}

function connect(origin: string, clock: FakeClock, tokenStore: TokenStore) {
  const engine = createEngine({ clock, tokenStore });
  open.push(engine);
  return engine.connection({
    name: 'Rotating',
    config: {
      baseUrl: origin,
      auth: {
        authType: 'http_bearer_token',
        refreshTokenOutput: 'body.refresh',
        token: {
          operation: {
            method: 'POST',
            path: '/login',
            body: { bodyType: 'raw', raw: '{"password": "<<password>>"}' },
          },
          tokenOutput: 'body.access',
          expirationOutput: 'body.seconds',
          refresh: {
            operation: {
              method: 'POST',
              path: '/refresh',
              body: { bodyType: 'raw', raw: '{"refresh": "<<refresh_token>>"}' },
            },
          },
        },
      },
    },
    secrets: { password: 's3cret' },
    operations: [{ name: 'Read', config: { method: 'GET', path: '/read' } }],
  });
}

describe('refresh tokens that rotate, in two engines on one store', () => {
  it('are each used once, however many calls need the next token', async () => {
    const { origin, asked } = await startRotatingApi();
    const clock = createFakeClock();
    const store = createMemoryTokenStore({ clock });
    const connections = [connect(origin, clock, store), connect(origin, clock, store)];
    for (let hours = 0; hours < 3; hours += 1) {
      const reports = await Promise.all(
        connections.flatMap(connection => Array.from({ length: 100 }, () => connection.execute('Read'))),
      );
      expect(reports.every(({ ok }) => ok)).toBe(true);
      clock.advance(HOUR);
    }
    expect(asked).toEqual(['login', 'refresh-1', 'refresh-2']);
  });

  it('outlive the engines: a later one goes on with the refresh token, and shows it nowhere', async () => {
    const { origin, asked } = await startRotatingApi();
    const clock = createFakeClock();
    const store = createMemoryTokenStore({ clock });
    await connect(origin, clock, store).execute('Read');
    clock.advance(HOUR);
    const later = connect(origin, clock, store);
    const report = await later.execute('Read', {}, { debug: true });
    expect(asked).toEqual(['login', 'refresh-1']);
    expect(JSON.stringify([report, await later.dryRun('Read')])).not.toMatch(/access-\d|refresh-\d/);
  });
});
