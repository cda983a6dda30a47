import { OAuth2Server } from 'oauth2-mock-server';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { definitionOf, type RawReply, startScene } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const auth = { authType: 'client_credentials', clientId: 'c', clientSecret: 's' };
const json = (value: unknown, status = 200, type = 'application/json'): RawReply => ({
  status,
  type,
  text: JSON.stringify(value),
});
const form = {
  type: 'application/x-www-form-urlencoded',
  text: 'access_token=a%2Fb&expires_in=60&token_type=bearer',
};

/** What a definition makes of an answer: the header it sends, or the error. */
async function outcome(reply: unknown, change: object = {}) {
  const scene = await startScene(open, () => reply, { clock: createFakeClock() });
  const connection = scene.engine.connection(definitionOf(scene.server.origin, { ...auth, ...change }));
  try {
    return (await connection.execute('Read')).outputs['who'];
  } catch {
    const { code, expected } = await failureOf(connection.execute('Read'));
    return [code, expected];
  }
}

const strict = { strict: true };

describe('an odd token answer', () => {
  it.each<[string, RawReply, string, string]>([
    ['without token_type', json({ access_token: 'a', expires_in: 60 }), 'Bearer a', 'token_type'],
    [
      'with a lifetime as text',
      json({ access_token: 'a', token_type: 'Bearer', expires_in: '3600' }),
      'Bearer a',
      'expires_in',
    ],
    [
      'with status 201',
      json({ access_token: 'a', token_type: 'Bearer', expires_in: 60 }, 201),
      'Bearer a',
      'status 200',
    ],
    ['as a form', form, 'Bearer a/b', 'JSON object'],
    ['as a form that calls itself HTML', { ...form, type: 'text/html' }, 'Bearer a/b', 'JSON object'],
    [
      'as JSON that calls itself HTML',
      json({ access_token: 'a', token_type: 'bearer' }, 200, 'text/html'),
      'Bearer a',
      'JSON object',
    ],
  ])('%s is understood, and refused when the definition is strict', async (_, reply, sent, expected) => {
    expect(await outcome(reply)).toBe(sent);
    expect(await outcome(reply, strict)).toEqual(['TOKEN_REQUEST_FAILED', expect.stringContaining(expected)]);
  });

  it('with nulls for what it does not know is understood', async () => {
    const nulls = { access_token: 'a', scope: null, refresh_token: null, expires_in: null, error: null };
    expect(await outcome(json(nulls))).toBe('Bearer a');
  });

  it('that is exactly as the standard has it passes when the definition is strict', async () => {
    expect(await outcome(json({ access_token: 'a', token_type: 'bEaReR', expires_in: 60 }), strict)).toBe(
      'Bearer a',
    );
  });

  it.each<[string, RawReply]>([
    [
      'a form',
      {
        type: 'application/x-www-form-urlencoded',
        text: 'error=bad_verification_code&error_description=The+code+is+old',
      },
    ],
    ['JSON with status 200', json({ error: 'bad_verification_code', error_description: 'The code is old' })],
  ])('that refuses as %s is told in the words of the server', async (_, reply) => {
    for (const change of [{}, reply.type.includes('json') ? strict : {}]) {
      const scene = await startScene(open, () => reply);
      const error = await failureOf(
        scene.engine.connection(definitionOf(scene.server.origin, { ...auth, ...change })).execute('Read'),
      );
      expect(error).toMatchObject({ code: 'TOKEN_REFUSED', details: { error: 'bad_verification_code' } });
      expect(error.message).toContain('The code is old');
    }
  });
});

describe('a mock server that is told to misbehave', () => {
  it('is asked by its discovered endpoints, and its odd answers are judged', async () => {
    const mock = new OAuth2Server();
    await mock.issuer.keys.generate('RS256');
    await mock.start(0, '127.0.0.1');
    const { server, engine } = await startScene(open);
    open.push({ close: () => mock.stop() });
    const { url = '' } = mock.issuer;
    const other = createEngine();
    open.push(other);
    const definition = definitionOf(server.origin, { ...auth, tokenUrl: undefined, issuer: url, scope: 'x' });
    const { outputs } = await engine.connection(definition).execute('Read');
    expect(outputs['who']).toMatch(/^Bearer ey/);
    mock.service.once('beforeResponse', response => {
      response.body = { error: 'temporarily_unavailable', error_description: 'Back at noon' };
      response.statusCode = 503;
    });
    const error = await failureOf(other.connection(definition).execute('Read'));
    expect(error).toMatchObject({
      code: 'TOKEN_REFUSED',
      details: { statusCode: 503, error: 'temporarily_unavailable' },
    });
  });
});
