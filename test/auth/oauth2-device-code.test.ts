import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { definitionOf, startScene } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const begun = {
  device_code: 'dev1ce',
  user_code: 'WDJB-MJHT',
  verification_url: 'https://login.example/device',
  expires_in: '600',
  interval: 2,
};

/** A server that answers polls with these errors, one after the other, and then with a token. */
async function scene(...errors: readonly string[]) {
  const clock = createFakeClock();
  const pollTimes: number[] = [];
  const started = await startScene(
    open,
    ({ url }) => {
      if (url === '/token/device') return begun;
      const error = errors[pollTimes.length];
      pollTimes.push(clock.now());
      return error === undefined
        ? { access_token: 't', refresh_token: 'r', expires_in: 60, scope: 'a' }
        : { error };
    },
    { clock },
  );
  const connection = started.engine.connection(
    definitionOf(started.server.origin, {
      authType: 'oauth2',
      grant: 'device_code',
      account: 'kitchen',
      clientId: 'tv',
      scope: 'a b',
      deviceAuthorizationUrl: `${started.server.origin}/token/device`,
    }),
  );
  const forms = () => started.tokenRequests.map(({ body }) => [...new URLSearchParams(body)]);
  return { ...started, clock, connection, forms, pollTimes };
}

describe('an authorization by device', () => {
  it('begins with a code for the person (RFC 8628 section 3.2)', async () => {
    const { connection, forms } = await scene();
    expect(await connection.beginDeviceAuthorization()).toEqual({
      userCode: 'WDJB-MJHT',
      verificationUri: 'https://login.example/device',
      verificationUriComplete: undefined,
      deviceCode: 'dev1ce',
      expiresAtMs: Date.UTC(2030, 0, 1) + 600_000,
      intervalMs: 2000,
    });
    expect(forms()).toEqual([
      [
        ['scope', 'a b'],
        ['client_id', 'tv'],
      ],
    ]);
  });

  it('polls more slowly when asked to, and gives the connection its token (section 3.5)', async () => {
    const { connection, forms } = await scene('authorization_pending', 'slow_down');
    const authorization = await connection.beginDeviceAuthorization();
    const poll = () => connection.pollDeviceAuthorization(authorization);
    expect(await poll()).toEqual({ status: 'pending', intervalMs: 2000 });
    expect(await poll()).toEqual({ status: 'pending', intervalMs: 7000 });
    expect(await poll()).toEqual({
      status: 'authorized',
      scope: 'a',
      expiresAtMs: Date.UTC(2030, 0, 1) + 60_000,
    });
    expect(forms()[1]).toEqual([
      ['grant_type', 'urn:ietf:params:oauth:grant-type:device_code'],
      ['device_code', 'dev1ce'],
      ['client_id', 'tv'],
    ]);
    expect((await connection.execute('Read')).outputs['who']).toBe('Bearer t');
  });

  it('can be waited for: the intervals of the server are kept', async () => {
    const { connection, clock, pollTimes, server } = await scene('slow_down', 'authorization_pending');
    const authorization = await connection.beginDeviceAuthorization();
    const begunAt = clock.now();
    let isOver = false;
    const waiting = connection.awaitDeviceAuthorization(authorization).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      clock.advance(500);
      // Gives a poll that is under way the time of a request.
      await fetch(`${server.origin}/pace`);
    }
    expect(await waiting).toMatchObject({ status: 'authorized' });
    const gaps = pollTimes.map((at, index) => at - (pollTimes[index - 1] ?? begunAt));
    expect(gaps.map((gap, index) => gap >= (index === 0 ? 2000 : 7000))).toEqual([true, true, true]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends when the person refuses, when the code has run out, and when the caller leaves', async () => {
    const refused = await scene('access_denied');
    const authorization = await refused.connection.beginDeviceAuthorization();
    expect(await failureOf(refused.connection.pollDeviceAuthorization(authorization))).toMatchObject({
      code: 'TOKEN_REFUSED',
      details: { error: 'access_denied' },
    });
    const late = { ...authorization, expiresAtMs: Date.UTC(2030, 0, 1) + 1000 };
    expect(await failureOf(refused.connection.awaitDeviceAuthorization(late))).toMatchObject({
      code: 'AUTHORIZATION_FAILED',
      details: { error: 'expired_token' },
    });
    const controller = new AbortController();
    const waiting = refused.connection.awaitDeviceAuthorization(authorization, { signal: controller.signal });
    controller.abort();
    expect((await failureOf(waiting)).code).toBe('ABORTED');
    expect(refused.clock.pendingTimers).toBe(0);
  });
});
