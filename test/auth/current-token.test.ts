import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { SecretValue } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { definitionOf, startScene } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const password = { authType: 'oauth2', grant: 'password', username: 'u', password: 'p', clientId: 'c' };

describe('the current token', () => {
  it('is the one that requests carry, with what is kept beside it, and is asked for once', async () => {
    const { server, engine } = await startScene(open, () => ({
      access_token: 'acc3ss',
      expires_in: 60,
      site: 'north',
    }));
    const keep = { Site: { value: 'body.site', secret: false }, All: 'JSON.stringify(body)' };
    const connection = engine.connection(definitionOf(server.origin, { ...password, keep }));
    const [first, second] = await Promise.all([connection.currentToken(), connection.currentToken()]);
    expect(first.value.reveal()).toBe('acc3ss');
    expect(second.value).toEqual(first.value);
    expect(first.kept.get('Site')).toBe('north');
    expect(first.kept.get('All')).toBeInstanceOf(SecretValue);
    expect(inspect(first, { depth: 5 })).not.toContain('acc3ss');
    const { outputs } = await connection.execute('Read');
    expect(outputs).toEqual({ who: 'Bearer acc3ss' });
    expect(server.received.map(({ url }) => url)).toEqual(['/token', '/api']);
  });

  it('is renewed at the refresh endpoint when its time is up', async () => {
    const clock = createFakeClock();
    const { server, engine } = await startScene(
      open,
      ({ url }) =>
        url === '/token/refresh'
          ? { access_token: 'second', expires_in: 60 }
          : { access_token: 'first', refresh_token: 'r3fresh', expires_in: 60 },
      { clock },
    );
    const auth = { ...password, refreshUrl: `${server.origin}/token/refresh` };
    const connection = engine.connection(definitionOf(server.origin, auth));
    expect((await connection.currentToken()).value.reveal()).toBe('first');
    clock.advance(61_000);
    expect((await connection.currentToken()).value.reveal()).toBe('second');
    expect(server.received.map(({ url, body }) => [url, body])).toEqual([
      ['/token', 'grant_type=password&username=u&password=p&client_id=c'],
      ['/token/refresh', 'grant_type=refresh_token&refresh_token=r3fresh&client_id=c'],
    ]);
  });

  it('is refused where there is none', async () => {
    const { server, engine } = await startScene(open);
    const basic = { authType: 'basic', username: 'u', password: 'p' };
    const definition = JSON.parse(definitionOf(server.origin, {})) as { config: object };
    const connection = engine.connection(
      JSON.stringify({ ...definition, config: { ...definition.config, auth: basic } }),
    );
    expect(await failureOf(connection.currentToken())).toMatchObject({
      code: 'AUTHORIZATION_UNSUPPORTED',
      pointer: '/config/auth',
    });
  });
});
