import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, OperationInput } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { loadFixture } from '../support/fixtures.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

function connect(operation: Partial<OperationInput['config']>, outputs = {}): Connection {
  return world.engine.connection({
    name: 'Bodies',
    config: { baseUrl: world.api.origin, caCert: world.caCert },
    operations: [{ name: 'Send', config: { method: 'POST', path: '/x', ...operation }, outputs }],
  });
}

function fixture(name: string): Connection {
  const { api, login, caCert } = world;
  login.answerWith({ body: { access_token: 'fixture-token', expires_in: 3600 } });
  const secrets = {
    'API Key': 'key-123456',
    'Client Secret': 'secret-123',
    'Login Name': 'a',
    'Login Password': 'b',
  };
  return world.engine.connection(
    loadFixture(name, { api: api.origin, login: login.origin, caCert, secrets }),
  );
}

describe('a form body', () => {
  const form = { 'a b': 'x=<<X>>', note: '<<Note>>', fixed: 'ü&' };

  it('is sent with each name and value encoded', async () => {
    await connect({ body: { bodyType: 'www_form_urlencoded', form } }).execute('Send', {
      X: '1&2',
      Note: 'é +',
    });
    const { body, header } = world.api.last;
    expect(body.toString()).toBe('a+b=x%3D1%262&note=%C3%A9+%2B&fixed=%C3%BC%26');
    expect(header['content-type']).toBe('application/x-www-form-urlencoded');
    expect(header['content-length']).toBe(String(body.length));
  });

  it('leaves out a field whose only tag has no value', async () => {
    await connect({ body: { bodyType: 'www_form_urlencoded', form } }).execute('Send', { X: 1 });
    expect(world.api.last.body.toString()).toBe('a+b=x%3D1&fixed=%C3%BC%26');
  });
});

describe('a multipart body', () => {
  it('carries every part with its name, file name and type', async () => {
    world.api.answerWith({ body: { result: { sys_id: 'f1' } } });
    await fixture('it-service-desk').execute('Upload Attachment', {
      'System ID': 'abc',
      'File Content': 'line 1\nline 2 ü',
      'Content Type': 'text/plain',
      'File Name': 'no"tes ü.txt',
    });
    const { body, header } = world.api.last;
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(header['content-type'] ?? '')?.[1] ?? '?';
    const received = await new Response(Uint8Array.from(body), {
      headers: { 'content-type': header['content-type'] ?? '' },
    }).formData();
    expect([received.get('table_name'), received.get('table_sys_id')]).toEqual(['incident', 'abc']);
    const file = received.get('uploadFile');
    if (!(file instanceof File)) throw new TypeError('no file arrived');
    expect([file.name, file.type, await file.text()]).toEqual([
      'no"tes ü.txt',
      'text/plain',
      'line 1\nline 2 ü',
    ]);
    expect(body.toString()).toContain('filename="no%22tes ü.txt"');
    expect(body.toString().split(`--${boundary}`)).toHaveLength(5);
    expect(header['content-length']).toBe(String(body.length));
  });

  it('takes a boundary that no part contains, whatever the parts hold', async () => {
    const send = connect({ body: { bodyType: 'multipart_form', parts: [{ name: 'a', content: '<<A>>' }] } });
    await send.execute('Send', { A: 'first' });
    const known = /boundary=(\S+)/.exec(world.api.last.header['content-type'] ?? '')?.[1];
    await send.execute('Send', { A: `--${known}--\r\n` });
    const { body, header } = world.api.last;
    const received = await new Response(Uint8Array.from(body), {
      headers: { 'content-type': header['content-type'] ?? '' },
    }).formData();
    expect(received.get('a')).toBe(`--${known}--\r\n`);
  });
});

describe('a raw body', () => {
  it.each([
    ['{"a": "<<A>>", "n": <<N>>}', { A: '"\\\n', N: 5 }, 'application/json', '{"a": "\\"\\\\\\n", "n": 5}'],
    [
      '<a b="<<A>>"><<A>></a>',
      { A: '<&">' },
      'application/xml',
      '<a b="&lt;&amp;&quot;&gt;">&lt;&amp;&quot;&gt;</a>',
    ],
    ['Hello <<A>>', { A: '"<>' }, 'text/plain;charset=UTF-8', 'Hello "<>'],
  ])('%s is typed by what it looks like, its values escaped for it', async (raw, parameters, type, sent) => {
    await connect({ body: { bodyType: 'raw', raw } }).execute('Send', parameters);
    const { body, header } = world.api.last;
    expect(header['content-type']).toBe(type);
    expect(body.toString()).toBe(sent);
  });

  it('that is an incident arrives as JSON whether or not its section is filled', async () => {
    const desk = fixture('it-service-desk');
    world.api.answerWith({ status: 201, body: { result: { number: 'INC1', sys_id: 'x' } } });
    const { outputs } = await desk.execute('Create Incident', { 'Short Description': 'a "b"\n', Urgency: 2 });
    expect(JSON.parse(world.api.last.body.toString())).toMatchObject({
      short_description: 'a "b"\n',
      urgency: 2,
    });
    await desk.execute('Create Incident', { 'Short Description': 's', Caller: 'jo', Urgency: 1 });
    expect(JSON.parse(world.api.last.body.toString())).toMatchObject({ caller_id: 'jo', urgency: 1 });
    expect(outputs).toEqual({ Number: 'INC1', 'System ID': 'x' });
  });

  it.each(['', ' \n '])('of %j is none', async raw => {
    await connect({ body: { bodyType: 'raw', raw }, method: 'DELETE' }).execute('Send');
    expect(world.api.last.body).toHaveLength(0);
    expect(world.api.last.header).not.toHaveProperty('content-type');
  });
});

describe('Ferrule’s own bodies', () => {
  it('send JSON as a tree whose leaves are templates', async () => {
    await fixture('billing').execute('Send Invoice', {
      'Invoice Number': 'I1',
      Recipient: 'a"b@x',
      Copies: ['c@x', 'd@x'],
      Text: 'one',
    });
    expect(JSON.parse(world.api.last.body.toString())).toEqual({
      to: 'a"b@x',
      copies: ['c@x', 'd@x'],
      lines: [{ text: 'one', quantity: 1 }],
    });
  });

  it('send base64 text as the bytes it stands for, without a line of encoding', async () => {
    world.api.answerWith({ body: { version: 3 } });
    const { outputs } = await fixture('document-archive').execute('Upload Document', {
      'Document Id': 'd-1',
      Content: 'AP8NCoA=',
    });
    const { method, body, header } = world.api.last;
    expect([method, header['content-type'], [...body]]).toEqual([
      'PUT',
      'application/pdf',
      [0, 255, 13, 10, 128],
    ]);
    expect(outputs).toEqual({ Version: 3 });
  });

  it.each([
    ['a Uint8Array', new Uint8Array([0, 255, 13, 10, 128])],
    ['a Buffer', Buffer.from([0, 255, 13, 10, 128])],
    ['an ArrayBuffer', new Uint8Array([0, 255, 13, 10, 128]).buffer],
  ])('send %s unchanged', async (_, content) => {
    await connect({ body: { bodyType: 'binary', binary: '<<Content>>' } }).execute('Send', {
      Content: content,
    });
    const { body, header } = world.api.last;
    expect([header['content-type'], [...body]]).toEqual(['application/octet-stream', [0, 255, 13, 10, 128]]);
  });

  it('refuse text that is not base64', async () => {
    const send = connect({ body: { bodyType: 'binary', binary: '<<Content>>' } });
    const failure = await failureOf(send.execute('Send', { Content: 'not base64!' }));
    expect(failure).toMatchObject({ code: 'PARAMETER_INVALID', found: 'text of 11 characters' });
    expect(world.api.requests).toEqual([]);
  });
});

describe('an answer', () => {
  const text = JSON.stringify({ text: 'x'.repeat(5000), ü: '✓' });
  const outputs = { Length: { value: 'body.text.length' }, Mark: { value: "body['ü']" } };

  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['identity', Buffer.from(text)],
  ])('compressed by %s is read', async (encoding, body) => {
    world.api.answerWith({
      body,
      headers: { 'content-encoding': encoding, 'content-type': 'application/json' },
    });
    const report = await connect({ method: 'GET' }, outputs).execute('Send');
    expect(report.outputs).toEqual({ Length: 5000, Mark: '✓' });
    expect(world.api.last.header['accept-encoding']).toBe('gzip, deflate, br, zstd');
  });

  it('that is not what its content encoding says is an error of reading', async () => {
    world.api.answerWith({ body: text, headers: { 'content-encoding': 'gzip' } });
    expect(await failureOf(connect({ method: 'GET' }).execute('Send'))).toMatchObject({
      code: 'BODY_ENCODING',
    });
  });

  it('in another character set is text all the same', async () => {
    world.api.answerWith({
      body: Buffer.from('Grüße', 'latin1'),
      headers: { 'content-type': 'text/plain; charset=iso-8859-1' },
    });
    const { outputs: found } = await connect({ method: 'GET' }, { Text: { value: 'body' } }).execute('Send');
    expect(found).toEqual({ Text: 'Grüße' });
  });

  it('that is binary is base64 text', async () => {
    world.api.answerWith({
      body: Buffer.from([0, 1, 254, 255]),
      headers: { 'content-type': 'application/octet-stream' },
    });
    const { outputs: found } = await connect({ method: 'GET' }, { Bytes: { value: 'body' } }).execute('Send');
    expect(found).toEqual({ Bytes: Buffer.from([0, 1, 254, 255]).toString('base64') });
  });

  it('that says it is JSON and is not is an error when it is a success, and a diagnostic when it is not', async () => {
    const broken = { body: '<html>Bad gateway</html>', headers: { 'content-type': 'application/json' } };
    const get = connect({ method: 'GET' }, { A: { value: "body?.a ?? 'none'" } });
    world.api.answerWith(broken);
    expect(await failureOf(get.execute('Send'))).toMatchObject({ code: 'BODY_MALFORMED' });
    world.api.answerWith({ ...broken, status: 502 });
    const report = await get.execute('Send');
    expect(report).toMatchObject({ ok: false, statusCode: 502, outputs: { A: 'none' } });
    expect(report.diagnostics.map(({ code }) => code)).toEqual(['BODY_MALFORMED']);
  });

  it('whose outputs fail is an error when it is a success, and nulls with diagnostics when it is not', async () => {
    const get = connect({ method: 'GET' }, { A: { value: 'body.a.b.c' } });
    world.api.answerWith({ body: {} });
    expect(await failureOf(get.execute('Send'))).toMatchObject({
      code: 'OUTPUT_FAILED',
      pointer: '/operations/0/outputs/A/value',
    });
    world.api.answerWith({ status: 404, body: {} });
    expect(await get.execute('Send')).toMatchObject({ outputs: { A: null }, statusCode: 404 });
  });
});
