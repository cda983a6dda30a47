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
  const server = await startEchoServer();
  const engine = createEngine({ clock: createFakeClock(nowMs) });
  open.push(server, engine);
  return { server, engine };
}

describe('an HMAC signature with values', () => {
  it('is made of computed values: other spellings of parts, hashes of hashes, a message of bytes', async () => {
    const { server, engine } = await start();
    const secret = Buffer.from('00ff80fe', 'hex').toString('base64');
    const auth = {
      keyEncoding: 'base64',
      algorithm: 'sha512',
      encoding: 'base64',
      nonceFormat: 'hex',
      values: {
        Inner: 'sha256(request.nonce + request.body)',
        Whole: 'hex(request.path) + values.Inner',
      },
      message: '<<Whole>>',
      messageEncoding: 'hex',
      placements: [
        { in: 'header', name: 'X-Nonce', value: '<<nonce>>' },
        { in: 'header', name: 'X-Sign', value: '<<signature>>' },
      ],
    };
    await engine.connection(definition(server.origin, auth, {}, { Key: secret })).execute('Send', values);
    const { url = '', headers } = server.received[0] ?? {};
    const inner = createHash('sha256').update(`${headers?.['x-nonce']}${body}`).digest();
    const message = Buffer.concat([Buffer.from(url.split('?')[0] ?? ''), inner]);
    expect(headers?.['x-sign']).toBe(hmac('sha512', Buffer.from(secret, 'base64'), message).digest('base64'));
  });

  it('goes into values too, which are then made after it', async () => {
    const { server, engine } = await start();
    const auth = {
      algorithm: 'sha1',
      timestampFormat: 'http_date',
      values: {
        Sorted: "request.query.split('&').sort().join('&')",
        Lower: 'request.method.toLowerCase()',
        Basic: "base64(parameters['Client*'] + ':' + request.signature)",
        Credential: "'Basic ' + values.Basic",
      },
      message: '<<timestamp>>\n<<Lower>>\n<<header:x-team>>\n<<Sorted>>',
      placements: [
        { in: 'header', name: 'Authorization', value: '<<Credential>>' },
        { in: 'header', name: 'Date', value: '<<timestamp>>' },
      ],
    };
    const connection = engine.connection(definition(server.origin, auth, { headers: { 'X-Team': 'a' } }));
    await connection.execute('Send', { ...values, Client: 'c1' });
    const { headers } = server.received[0] ?? {};
    const text = `${headers?.date}\npost\na\na=1&b=x%26y`;
    const credential = Buffer.from(`c1:${hmac('sha1', key, text).digest('hex')}`).toString('base64');
    expect(headers?.authorization).toBe(`Basic ${credential}`);
    const shown = JSON.stringify(await connection.dryRun('Send', { ...values, Client: 'c1' }));
    expect(shown).toContain('"Authorization","Basic [secret]"');
    expect(await failureOf(connection.execute('Send', values))).toMatchObject({ code: 'PARAMETER_MISSING' });
  });

  it('masks a value that a secret went into, and computes it once per request', async () => {
    const { server, engine } = await start();
    const auth = {
      values: { Salted: "sha256(secrets.Key + request.timestamp) + '.' + uuid()" },
      message: '<<Salted>>',
      placements: [{ in: 'header', name: 'X-Sig', value: '<<Salted>>;<<signature>>' }],
    };
    const connection = engine.connection(definition(server.origin, auth));
    const report = await connection.execute('Send', values, { debug: true });
    const [salted = '', signature] = String(server.received[0]?.headers['x-sig']).split(';');
    expect(salted.split('.')[0]).toBe(createHash('sha256').update(`${key}1767323045`).digest('hex'));
    expect(signature).toBe(hmac('sha256', key, salted).digest('hex'));
    expect(report.raw?.body).toMatchObject({ headers: { 'x-sig': '[secret];[secret]' } });
  });

  it.each([
    ['values.Other', 'EXPRESSION_NOT_ALLOWED', '/config/auth/values/V'],
    ['secrets.Other', 'EXPRESSION_NOT_ALLOWED', '/config/auth/values/V'],
    ['body.x', 'EXPRESSION_NOT_ALLOWED', '/config/auth/values/V'],
    ['jsonata: request', 'EXPRESSION_NOT_ALLOWED', '/config/auth/values/V'],
    ["request['signature']", 'TEMPLATE_PLACE', '/config/auth/message'],
  ])('is not made of what does not exist: %s', async (V, code, pointer) => {
    const auth = {
      values: { V },
      message: '<<V>>',
      placements: [{ in: 'header', name: 'X-Sig', value: '<<signature>>' }],
    };
    const error = await failureOf(() => createEngine().connection(definition('https://a.test', auth)));
    expect(error.issues).toMatchObject([{ code, pointer }]);
  });

  it.each([
    [{ Key: '1' }, '/config/auth/values/Key'],
    [{ timestamp: '1' }, '/config/auth/values/timestamp'],
    [{ 'header:x': '1' }, '/config/auth/values/header:x'],
  ])('takes no value with the name of something else: %j', async (named, pointer) => {
    const auth = {
      values: named,
      message: 'm',
      placements: [{ in: 'header', name: 'X-Sig', value: '<<signature>>' }],
    };
    const error = await failureOf(() => createEngine().connection(definition('https://a.test', auth)));
    expect(error.issues).toMatchObject([{ code: 'DEFINITION_WRONG_VALUE', pointer }]);
  });

  it('says which value failed, and which message is not what messageEncoding says', async () => {
    const { server, engine } = await start();
    const placements = [{ in: 'header', name: 'X-Sig', value: '<<signature>>' }];
    const failing = { values: { V: "hexDecode('xyz')" }, message: '<<V>>', placements };
    const wrong = { message: '<<body>>', messageEncoding: 'hex', placements };
    const errors = await Promise.all(
      [failing, wrong].map(auth =>
        failureOf(engine.connection(definition(server.origin, auth)).execute('Send', values)),
      ),
    );
    expect(errors).toMatchObject([
      { code: 'EXPRESSION_FAILED', pointer: '/config/auth/values/V' },
      { code: 'CREDENTIAL_INVALID', pointer: '/config/auth/message' },
    ]);
  });
});
