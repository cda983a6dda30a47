import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Connection, createEngine } from '../../src/index.ts';
import { type EchoServer, type Received, sendJson, startEchoServer } from '../support/echo-server.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { verifyAwsSignature } from './aws-verifier.ts';
import { startDigestServer } from './digest-server.ts';
import { baseOf, readHeader, strict } from './oauth1-verifier.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const hard = `+/=&%~"'<>|ü{{x}}\${y}<<z>>`;
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** The fixture as it stands, but for the address of the server. */
function connect(fixture: string, server: EchoServer, secrets: Readonly<Record<string, string>>): Connection {
  const text = readFileSync(new URL(`../../fixtures/${fixture}.json`, import.meta.url), 'utf8');
  const engine = createEngine({
    clock: createFakeClock(nowMs),
    secretProvider: { getSecret: ({ name }) => secrets[name] },
  });
  open.push(engine, server);
  return engine.connection(text.replaceAll('https://127.0.0.1:8443', server.origin));
}

const answerEmpty = (_: Received, response: Parameters<typeof sendJson>[0]) =>
  sendJson(response, { items: [], orders: [], routes: [] });

function only({ received }: EchoServer, index = 0): Received {
  const request = received[index];
  if (request === undefined) throw new TypeError('nothing was received');
  return request;
}

describe('a fixture sends what its server verifies', () => {
  it('route-planner: two keys', async () => {
    const server = await startEchoServer(answerEmpty);
    const connection = connect('route-planner', server, { 'Application Key': hard, 'Account Key': hard });
    await connection.execute('Plan Route', { From: 'Köln/Süd', To: '50.9,6.9' });
    const { url, headers } = only(server);
    expect(url).toBe(`/v1/routes/K%C3%B6ln%2FS%C3%BCd/50.9%2C6.9?account=${strict(hard)}`);
    expect(Buffer.from(String(headers['x-application-key']), 'latin1').toString()).toBe(`Key ${hard}`);
  });

  it('object-store: objects under keys of any form', async () => {
    const server = await startEchoServer(answerEmpty);
    const secrets = { 'Access Key Id': 'AKID', 'Secret Access Key': hard, 'Session Token': 'session/+==' };
    const connection = connect('object-store', server, secrets);
    const place = { Region: 'eu-west-1', Bucket: 'my-bucket' };
    await connection.execute('Put Object', { ...place, Key: 'a b/ü+c/$d.txt', Content: 'größe' });
    await connection.execute('List Objects', { ...place, Prefix: 'a b/', Limit: 5 });
    expect(only(server).url).toBe('/my-bucket/a%20b/%C3%BC+c/$d.txt');
    expect(only(server, 1).url).toBe('/my-bucket?list-type=2&prefix=a%20b%2F&max-keys=5');
    for (const received of server.received) {
      expect(verifyAwsSignature(received, hard, 'once')).toMatchObject({
        valid: true,
        scope: '20260102/eu-west-1/s3/aws4_request',
      });
      expect(received.headers['x-amz-security-token']).toBe('session/+==');
    }
  });

  it('camera: a challenge answered', async () => {
    const server = await startDigestServer({
      username: 'admin',
      password: hard,
      algorithm: 'MD5',
      qop: 'auth,auth-int',
    });
    const connection = connect('camera', server, { Password: hard });
    const report = await connection.execute('Set Overlay', { Channel: 1, Text: 'Tür <1> & "2"' });
    expect(report.statusCode).toBe(200);
    expect(server.verdicts).toEqual(['challenged', 'accepted']);
    expect(only(server, 1)).toMatchObject({
      url: '/ISAPI/System/Video/inputs/channels/1/overlays',
      body: '<VideoOverlay><text>Tür &lt;1&gt; &amp; &quot;2&quot;</text></VideoOverlay>',
    });
  });

  it.each([
    ['Place Order', { Pair: 'BTC/EUR', Side: 'buy', Amount: 0.5, Note: 'größe "1"' }],
    ['List Orders', { Pair: 'BTC/EUR' }],
    ['List Orders', {}],
  ])('exchange: %s with %j', async (operation, parameters) => {
    const server = await startEchoServer(answerEmpty);
    const key = Buffer.from(hard);
    const connection = connect('exchange', server, { 'Api Key': 'ak', 'Api Secret': key.toString('base64') });
    await connection.execute(operation, parameters);
    const { method, url, headers, body } = only(server);
    const hash = createHash('sha256').update(body).digest('hex');
    const lines = ['1767323045678', headers['x-nonce'], method.toLowerCase(), url, hash];
    expect(headers).toMatchObject({
      'x-api-key': 'ak',
      'x-timestamp': '1767323045678',
      'x-signature': `v2=${createHmac('sha512', key).update(lines.join('\n')).digest('base64')}`,
    });
  });

  it.each([
    ['Find Records', { Account: 'A_SB1', Type: 'invoice', Query: 'total > 5 & open', Limit: 10 }],
    ['Create Note', { Account: 'A_SB1', Title: 'a+b & c', Text: 'ü*' }],
    ['Create Note', { Account: 'A_SB1', Title: 'without text' }],
  ])('ledger: %s with %j', async (operation, parameters) => {
    const server = await startEchoServer(answerEmpty);
    const secrets = {
      'Consumer Key': 'ck',
      'Consumer Secret': hard,
      Token: 'tk',
      'Token Secret': `t${hard}`,
    };
    await connect('ledger', server, secrets).execute(operation, parameters);
    const received = only(server);
    const { realm, signature, parameters: oauth } = readHeader(received);
    expect(realm).toBe('A_SB1');
    const base = baseOf(received, server.origin, oauth);
    const key = `${strict(hard)}&${strict(`t${hard}`)}`;
    expect(signature).toBe(createHmac('sha256', key).update(base).digest('base64'));
  });
});
