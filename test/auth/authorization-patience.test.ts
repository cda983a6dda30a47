import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type EngineOptions } from '../../src/index.ts';
import { sendJson, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

/** Never answers at `/silent`. Of the polls, the first comes before anybody has decided, the second during a restart. */
async function scene(options: EngineOptions = {}, deviceUrl = '/device') {
  const polls: string[] = [];
  const server = await startEchoServer(({ url }, response) => {
    if (url === '/silent') return true;
    if (url === '/device') {
      const codes = { device_code: 'dev1ce', user_code: 'AB', verification_uri: 'https://x.example/' };
      return sendJson(response, { ...codes, expires_in: 600, interval: 0.02 });
    }
    polls.push(url);
    if (polls.length === 1) return sendJson(response, { error: 'authorization_pending' }, 400);
    if (polls.length === 2) return sendJson(response, { message: 'restarting' }, 503);
    return sendJson(response, { access_token: 't0ken', expires_in: 60 });
  });
  const definition = {
    name: 'Wallboard',
    config: {
      baseUrl: server.origin,
      timeouts: { totalMs: 4000 },
      auth: {
        authType: 'oauth2' as const,
        grant: 'device_code' as const,
        account: 'lobby',
        clientId: 'tv',
        tokenUrl: `${server.origin}/token`,
        deviceAuthorizationUrl: `${server.origin}${deviceUrl}`,
      },
    },
  };
  const engine = createEngine(options);
  open.push(engine, server);
  const { origin } = server;
  return { connection: engine.connection(definition), definition, engine, origin, polls };
}

/** An authorization that was begun long ago, at a server with the usual interval. */
const begun = {
  userCode: 'AB',
  verificationUri: 'https://x.example/',
  verificationUriComplete: undefined,
  deviceCode: 'dev1ce',
  expiresAtMs: Date.UTC(2030, 0, 1) + 600_000,
  intervalMs: 5000,
};

describe('waiting for a person', () => {
  it('keeps the process alive until the person has decided, and not longer', async () => {
    const { definition } = await scene();
    const entry = new URL('../../src/index.ts', import.meta.url).href;
    const script = `
      const { createEngine } = await import('${entry}');
      const connection = createEngine().connection(${JSON.stringify(definition)});
      const begun = await connection.beginDeviceAuthorization();
      const { status } = await connection.awaitDeviceAuthorization(begun);
      process.stdout.write(status);`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout).toBe('authorized');
  });

  it('takes as long as the code is good, whatever a request may take, and outlasts a restart of the server', async () => {
    const clock = createFakeClock();
    const { connection, polls, origin } = await scene({ clock });
    let status = '';
    const waiting = connection.awaitDeviceAuthorization(begun).then(device => {
      ({ status } = device);
    });
    while (status === '') {
      clock.advance(250);
      // Gives a poll that is under way the time of a request.
      await fetch(`${origin}/device`);
    }
    await waiting;
    expect(polls.length).toBe(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends when the time runs out that the caller gives it', async () => {
    const clock = createFakeClock();
    const { connection, polls } = await scene({ clock });
    const waiting = failureOf(connection.awaitDeviceAuthorization(begun, { timeoutMs: 3000 }));
    await Promise.resolve();
    clock.advance(3000);
    expect(await waiting).toMatchObject({ code: 'DEADLINE_EXCEEDED', stage: 'authenticate' });
    clock.advance(60_000);
    expect([polls.length, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('ends when the engine closes', async () => {
    const clock = createFakeClock();
    const { connection, engine } = await scene({ clock });
    const waiting = failureOf(connection.awaitDeviceAuthorization(begun));
    await engine.close();
    expect((await waiting).code).toBe('ENGINE_CLOSED');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('an OAuth step from a program without types', () => {
  it.each([
    ['signal', { signal: new AbortController() }],
    ['timeoutMs', { timeoutMs: '5' }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
  ])('names the option that cannot be used: %s', async (name, options) => {
    const { connection } = await scene();
    const steps = [
      connection.beginDeviceAuthorization(options as never),
      connection.awaitDeviceAuthorization(begun, options as never),
      connection.currentToken(options as never),
    ];
    for (const step of steps) {
      const { code, summary } = await failureOf(step);
      expect([code, summary]).toEqual(['OPTIONS_INVALID', `The option ${name} cannot be used`]);
    }
  });
});

describe('an authorization server that does not answer', () => {
  it('is not waited for when the caller leaves', async () => {
    const { connection } = await scene({}, '/silent');
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = failureOf(connection.beginDeviceAuthorization({ signal, timeoutMs: 600_000 }));
    setImmediate(() => controller.abort('bored'));
    expect(await waiting).toMatchObject({ code: 'ABORTED', stage: 'authenticate', cause: 'bored' });
  });

  it('is not asked for a caller who has left already', async () => {
    const { connection, polls } = await scene();
    const signal = AbortSignal.abort('gone');
    const failure = await failureOf(connection.pollDeviceAuthorization(begun, { signal }));
    expect(failure).toMatchObject({ code: 'ABORTED', cause: 'gone' });
    // A later poll is the first that arrives.
    await connection.pollDeviceAuthorization(begun);
    expect(polls.length).toBe(1);
  });

  it('is waited for as long as the caller says', async () => {
    const { connection } = await scene({}, '/silent');
    const failure = await failureOf(connection.beginDeviceAuthorization({ timeoutMs: 20 }));
    expect(failure.code).toBe('DEADLINE_EXCEEDED');
    expect(failure.summary).toBe('The total time of the authorization ran out');
  });
});
