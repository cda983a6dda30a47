import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/index.ts';
import { type EchoServer, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { body, definition, hmac, key, nowMs, values } from './hmac-exchange.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

async function start(): Promise<{ server: EchoServer; engine: Engine }> {
  const server = await startEchoServer((request, response) => {
    if (!request.url.startsWith('/moved')) return false;
    response.writeHead(308, { location: '/there' }).end();
    return true;
  });
  const engine = createEngine({ clock: createFakeClock(nowMs) });
  open.push(server, engine);
  return { server, engine };
}

describe('an HMAC signature', () => {
  it('is hexadecimal in a header, beside the time it was made', async () => {
    const { server, engine } = await start();
    const auth = {
      message: '<<timestamp>><<method>><<pathAndQuery>><<body>>',
      placements: [
        { in: 'header', name: 'X-Timestamp', value: '<<timestamp>>' },
        { in: 'header', name: 'X-Signature', value: '<<signature>>' },
      ],
    };
    await engine.connection(definition(server.origin, auth)).execute('Send', values);
    const [received] = server.received;
    expect(received).toMatchObject({
      url: '/v1/%C3%A4%20b?b=x%26y&a=1',
      body,
      headers: {
        'x-timestamp': '1767323045',
        'x-signature': hmac('sha256', key, `1767323045POST/v1/%C3%A4%20b?b=x%26y&a=1${body}`).digest('hex'),
      },
    });
  });

  it('is Base64 over the body alone, behind a prefix', async () => {
    const { server, engine } = await start();
    const auth = {
      algorithm: 'sha1',
      message: '{{body}}',
      encoding: 'base64',
      placements: [{ in: 'header', name: 'X-Hub-Signature', value: 'sha1={{signature}}' }],
    };
    await engine.connection(definition(server.origin, auth)).execute('Send', values);
    expect(server.received[0]?.headers['x-hub-signature']).toBe(
      `sha1=${hmac('sha1', key, body).digest('base64')}`,
    );
  });

  it('is made over a canonical text of lines, with a content digest and a nonce', async () => {
    const { server, engine } = await start();
    const auth = {
      algorithm: 'sha512',
      keyEncoding: 'hex',
      timestampFormat: 'http_date',
      message:
        '<<method>>\n<<host>>\n<<path>>\n<<sortedQuery>>\n<<header:date>>\n<<header:digest>>\n<<header:X-Tenant>>\n<<nonce>>\n<<Client*>>',
      placements: [
        { in: 'header', name: 'Date', value: '<<timestamp>>' },
        { in: 'header', name: 'Digest', value: 'SHA-256=<<bodySha256Base64>>' },
        {
          in: 'header',
          name: 'Authorization',
          value: 'HMAC <<Client*>>:<<nonce>>:<<signature>>',
        },
      ],
    };
    const hexKey = '00ff10a0';
    await engine
      .connection(definition(server.origin, auth, { headers: { 'X-Tenant': 'mü' } }, { Key: hexKey }))
      .execute('Send', { ...values, Client: 'c1' });
    const headers = server.received[0]?.headers ?? {};
    const [, nonce = '', signature = ''] = String(headers.authorization).split(':');
    expect(nonce).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(headers.date).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
    const digest = `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
    expect(headers['digest']).toBe(digest);
    const host = server.origin.replace('http://', '');
    const lines = ['POST', host, '/v1/%C3%A4%20b', 'a=1&b=x%26y', headers.date, digest, 'mü', nonce, 'c1'];
    expect(signature).toBe(hmac('sha512', Buffer.from(hexKey, 'hex'), lines.join('\n')).digest('hex'));
  });

  it('stands at the end of the query that it signs, timestamp included', async () => {
    const { server, engine } = await start();
    const auth = {
      timestampFormat: 'epoch_milliseconds',
      message: '<<query>>',
      placements: [
        { in: 'query', name: 'signature', value: '<<signature>>' },
        { in: 'query', name: 'timestamp', value: '<<timestamp>>' },
        { in: 'header', name: 'X-Key', value: '{{Name}}' },
      ],
    };
    await engine
      .connection(definition(server.origin, auth, { method: 'GET', body: { bodyType: 'raw', raw: '' } }))
      .execute('Send', { Folder: 'f', B: '2', Name: 'me' });
    const signed = 'b=2&a=1&timestamp=1767323045678';
    expect(server.received[0]?.url).toBe(
      `/v1/f?${signed}&signature=${hmac('sha256', key, signed).digest('hex')}`,
    );
  });

  it('covers bytes that are no text', async () => {
    const { server, engine } = await start();
    const auth = {
      keyEncoding: 'base64',
      encoding: 'base64url',
      values: { Hash: "sha256(request.body, 'base64')" },
      message: 'a<<body>>b',
      placements: [
        { in: 'header', name: 'X-Hash', value: '<<bodySha1>> <<Hash>>' },
        { in: 'cookie', name: 'sig', value: '<<signature>>' },
      ],
    };
    const bytes = Buffer.from([0, 255, 128, 10, 195]);
    const config = { body: { bodyType: 'binary', binary: '{{File}}' } };
    await engine
      .connection(definition(server.origin, auth, config, { Key: '+/8=' }))
      .execute('Send', { Folder: 'f', File: new Uint8Array(bytes) });
    const message = Buffer.concat([Buffer.from('a'), bytes, Buffer.from('b')]);
    expect(server.received[0]?.headers).toMatchObject({
      'x-hash': `${createHash('sha1').update(bytes).digest('hex')} ${createHash('sha256').update(bytes).digest('base64')}`,
      cookie: `sig=${hmac('sha256', Buffer.from([0xfb, 0xff]), message).digest('base64url')}`,
    });
  });

  it.each([
    ['epoch_seconds', '1767323045'],
    ['epoch_milliseconds', '1767323045678'],
    ['iso8601', '2026-01-02T03:04:05Z'],
    ['iso8601_basic', '20260102T030405Z'],
    ['http_date', 'Fri, 02 Jan 2026 03:04:05 GMT'],
  ])('is dated as %s', async (timestampFormat, expected) => {
    const { server, engine } = await start();
    const auth = {
      timestampFormat,
      nonceFormat: 'hex',
      message: '<<timestamp>>',
      placements: [{ in: 'header', name: 'X-Sig', value: '<<timestamp>>|<<nonce>>|<<signature>>' }],
    };
    await engine.connection(definition(server.origin, auth)).execute('Send', values);
    const [time, nonce, signature] = String(server.received[0]?.headers['x-sig']).split('|');
    expect(time).toBe(expected);
    expect(nonce).toMatch(/^[\da-f]{32}$/);
    expect(signature).toBe(hmac('sha256', key, expected).digest('hex'));
  });

  it('is never repeated: every request has a nonce of its own', async () => {
    const { server, engine } = await start();
    const auth = {
      message: '<<nonce>>',
      placements: [{ in: 'header', name: 'X-Sig', value: '<<signature>>' }],
    };
    const connection = engine.connection(definition(server.origin, auth));
    await connection.execute('Send', values);
    await connection.execute('Send', values);
    const [first, second] = server.received.map(({ headers }) => headers['x-sig']);
    expect(first).not.toBe(second);
  });

  it('is masked, and so is a key written out in the definition', async () => {
    const { server, engine } = await start();
    const auth = {
      key: 'l1teral-key',
      message: '<<body>>',
      placements: [{ in: 'header', name: 'X-Sig', value: 'v1=<<signature>>' }],
    };
    const shown = await engine.connection(definition(server.origin, auth)).dryRun('Send', values);
    expect(shown.headers).toContainEqual(['X-Sig', 'v1=[secret]']);
    expect(JSON.stringify(shown)).not.toContain('l1teral');
  });

  it('is masked where a server gives it back, each of a thousand', async () => {
    const { server, engine } = await start();
    const auth = {
      message: '<<nonce>>',
      placements: [{ in: 'header', name: 'X-Sig', value: '<<signature>>' }],
    };
    const connection = engine.connection(definition(server.origin, auth));
    for (let sent = 0; sent < 1_000; sent += 50) {
      const reports = await Promise.all(
        Array.from({ length: 50 }, () => connection.execute('Send', values, { debug: true })),
      );
      for (const { raw } of reports) expect(raw?.body).toMatchObject({ headers: { 'x-sig': '[secret]' } });
    }
  });

  it('takes a parameter named like a part for the part, and a secret for the secret', async () => {
    const { server, engine } = await start();
    const auth = {
      message: '<<method>>|<<body>>',
      placements: [{ in: 'header', name: 'X-Sig', value: '<<signature>>' }],
    };
    await engine
      .connection(definition(server.origin, auth, {}, { Key: key, body: 'of the vault' }))
      .execute('Send', values);
    expect(server.received[0]?.headers['x-sig']).toBe(hmac('sha256', key, 'POST|of the vault').digest('hex'));
  });

  it('refuses a redirect within the origin, where it would not fit', async () => {
    const { server, engine } = await start();
    const auth = {
      message: '<<path>>',
      placements: [{ in: 'header', name: 'X-Sig', value: '<<signature>>' }],
    };
    const config = { path: '/moved', followRedirect: true };
    const work = engine
      .connection(definition(server.origin, auth, config))
      .execute('Send', { B: '', Text: '' });
    expect(await failureOf(work)).toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['hex', 'abc'],
    ['base64', 'a b'],
    ['utf8', ''],
  ])('is refused for a key that is not %s', async (keyEncoding, Key) => {
    const { server, engine } = await start();
    const auth = {
      keyEncoding,
      message: 'm',
      placements: [{ in: 'header', name: 'X-Sig', value: '<<signature>>' }],
    };
    const work = engine.connection(definition(server.origin, auth, {}, { Key })).execute('Send', values);
    const error = await failureOf(work);
    expect(error).toMatchObject({ code: 'CREDENTIAL_INVALID', pointer: '/config/auth/key' });
  });

  it.each([
    [
      { message: 'a<<signature>>', placements: [{ in: 'header', name: 'X', value: '<<signature>>' }] },
      'TEMPLATE_PLACE',
      '/config/auth/message',
    ],
    [
      { message: 'a', placements: [{ in: 'header', name: 'X', value: '<<timestamp>>' }] },
      'TEMPLATE_PLACE',
      '/config/auth/placements',
    ],
    [{ message: 'a', placements: [] }, 'DEFINITION_WRONG_VALUE', '/config/auth/placements'],
    [
      { message: 'a', placements: [{ in: 'header', name: 'X', value: '<<signature>>' }], algorithm: 'md4' },
      'DEFINITION_WRONG_VALUE',
      '/config/auth/algorithm',
    ],
  ])('is judged with its definition: %j', async (auth, code, pointer) => {
    const error = await failureOf(() => createEngine().connection(definition('https://a.test', auth)));
    expect(error.issues).toMatchObject([{ code, pointer }]);
  });
});
