import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/index.ts';
import { type EchoServer, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { verifyAwsSignature } from './aws-verifier.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

describe('a connection with authType aws_signature_v4', () => {
  const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

  async function start(): Promise<{ server: EchoServer; clock: FakeClock; engine: Engine }> {
    const server = await startEchoServer((request, response) => {
      if (!request.url.startsWith('/moved')) return false;
      response.writeHead(307, { location: '/elsewhere' }).end();
      return true;
    });
    const clock = createFakeClock(nowMs);
    const engine = createEngine({ clock });
    open.push(server, engine);
    return { server, clock, engine };
  }

  function definition(baseUrl: string, auth: object, config: object = {}) {
    return JSON.stringify({
      name: 'Queue',
      config: {
        baseUrl,
        auth: {
          authType: 'aws_signature_v4',
          accessKeyId: '<<Key Id>>',
          secretAccessKey: '<<Secret Key>>',
          region: '<<Region*>>',
          service: 'execute-api',
          ...auth,
        },
      },
      secrets: { 'Key Id': 'AKID', 'Secret Key': "s3cr3t/+&%='ü" },
      operations: [
        {
          name: 'Send',
          config: {
            method: 'POST',
            path: '/v1/{{Folder}}/items',
            params: { 'filter[name]': '{{Name}}', a: ['2', '1'] },
            headers: { 'X-Note': 'ä  b' },
            body: { bodyType: 'raw', raw: '{"text": "{{Text}}"}' },
            ...config,
          },
        },
      ],
    });
  }

  it('sends a request whose signature a server can verify from the bytes it received', async () => {
    const { server, engine } = await start();
    await engine
      .connection(definition(server.origin, {}))
      .execute('Send', { Region: 'eu-west-1', Folder: 'a b$(c)', Name: "x+y&'z'", Text: 'grüß' });
    const [received] = server.received;
    expect(received?.headers['x-amz-date']).toBe('20260102T030405Z');
    expect(received?.url).toBe('/v1/a%20b%24(c)/items?filter[name]=x%2By%26%27z%27&a=2&a=1');
    expect(received && verifyAwsSignature(received, "s3cr3t/+&%='ü", 'twice')).toMatchObject({
      scope: '20260102/eu-west-1/execute-api/aws4_request',
      signed: ['accept', 'content-type', 'host', 'x-amz-date', 'x-note'],
      valid: true,
    });
  });

  it('derives a new key for another day, secret, region or service', async () => {
    const { server, clock, engine } = await start();
    const text = definition(server.origin, { service: '{{Service*}}' });
    const connection = engine.connection(text);
    const given = { Folder: 'f', Name: 'n', Text: 't', Region: 'eu-west-1', Service: 'sqs' };
    await connection.execute('Send', given);
    await connection.execute('Send', { ...given, Region: 'us-east-1' });
    await connection.execute('Send', { ...given, Service: 'sns' });
    clock.advance(24 * 60 * 60 * 1000);
    await connection.execute('Send', given);
    const verdicts = server.received.map(received => verifyAwsSignature(received, "s3cr3t/+&%='ü", 'twice'));
    expect(verdicts.map(({ scope, valid }) => [scope, valid])).toEqual([
      ['20260102/eu-west-1/sqs/aws4_request', true],
      ['20260102/us-east-1/sqs/aws4_request', true],
      ['20260102/eu-west-1/sns/aws4_request', true],
      ['20260103/eu-west-1/sqs/aws4_request', true],
    ]);
  });

  it('encodes paths once for S3', async () => {
    const { server, engine } = await start();
    await engine
      .connection(definition(server.origin, { service: 's3' }))
      .execute('Send', { Region: 'eu-west-1', Folder: 'a b$(c)//', Name: '', Text: '' });
    const [received] = server.received;
    expect(received && verifyAwsSignature(received, "s3cr3t/+&%='ü", 'once')).toMatchObject({ valid: true });
    expect(received?.headers['x-amz-content-sha256']).toBe(
      createHash('sha256')
        .update(received?.body ?? '')
        .digest('hex'),
    );
  });

  it('takes a literal secret key and session token out of the definition', async () => {
    const { server, engine } = await start();
    const connection = engine.connection(
      definition(server.origin, { secretAccessKey: 'literal-key', sessionToken: 'literal-token' }),
    );
    const parameters = { Region: 'eu-west-1', Folder: 'f', Name: 'n', Text: 't' };
    await connection.execute('Send', parameters);
    const [received] = server.received;
    expect(received?.headers['x-amz-security-token']).toBe('literal-token');
    expect(received && verifyAwsSignature(received, 'literal-key', 'twice').valid).toBe(true);
    const shown = JSON.stringify(await connection.dryRun('Send', parameters));
    expect(shown).toContain('Signature=[secret]');
    expect(shown).not.toMatch(/literal-(key|token)/);
  });

  it('refuses a redirect within the origin, where the signature would not fit', async () => {
    const { server, engine } = await start();
    const connection = engine.connection(
      definition(server.origin, {}, { path: '/moved', followRedirect: true }),
    );
    const error = await failureOf(connection.execute('Send', { Region: 'eu-west-1', Name: 'n', Text: 't' }));
    expect(error).toMatchObject({ code: 'REDIRECT_REFUSED', stage: 'send' });
    expect(server.received).toHaveLength(1);
  });

  it('follows a redirect to another server without any credential, and on from there', async () => {
    const { engine } = await start();
    const store = await startEchoServer((request, response) => {
      if (request.url !== '/file') return false;
      response.writeHead(302, { location: '/part' }).end();
      return true;
    });
    const front = await startEchoServer((_, response) => {
      response.writeHead(303, { location: `${store.origin}/file` }).end();
      return true;
    });
    open.push(store, front);
    const auth = { sessionToken: 'literal-token', service: 's3' };
    const config = { method: 'GET', path: '/f', body: { bodyType: 'raw', raw: '' }, followRedirect: true };
    const report = await engine
      .connection(definition(front.origin, auth, config))
      .execute('Send', { Region: 'eu-west-1', Name: 'n' });
    expect(report.redirects).toMatchObject([{ credentialsDropped: true }, { credentialsDropped: false }]);
    expect(store.received.map(({ url }) => url)).toEqual(['/file', '/part']);
    for (const { headers } of store.received) {
      const names = Object.keys(headers).filter(name => name === 'authorization' || name.startsWith('x-amz'));
      expect(names).toEqual([]);
    }
  });

  it.each([
    ['accessKeyId', { accessKeyId: 'AK ID' }],
    ['secretAccessKey', { secretAccessKey: 'key\n' }],
    ['secretAccessKey', { secretAccessKey: null }],
    ['region', { region: '{{Zone}}' }],
  ])('refuses an unusable %s, naming its place', async (field, auth) => {
    const { server, engine } = await start();
    const work = engine
      .connection(definition(server.origin, { region: 'eu-west-1', ...auth }))
      .execute('Send', { Folder: 'f', Name: 'n', Text: 't' });
    expect(await failureOf(work)).toMatchObject({
      code: 'CREDENTIAL_INVALID',
      pointer: `/config/auth/${field}`,
    });
    expect(server.received).toHaveLength(0);
  });
});
