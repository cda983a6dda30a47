import { createHash, createHmac, generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeOauth, signBase, toSignatureBase } from '../../src/auth/oauth1-signature.ts';
import { createEngine, type Engine } from '../../src/index.ts';
import type { HttpRequest } from '../../src/transport/transport.ts';
import { type EchoServer, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { baseOf, readHeader, strict } from './oauth1-verifier.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const form = ['Content-Type', 'application/x-www-form-urlencoded'] as const;

function toRequest(method: string, url: string, parts: Partial<HttpRequest> = {}): HttpRequest {
  return { method, url, headers: [], credentials: { headers: [], query: [], body: false }, ...parts };
}

describe('the examples of RFC 5849', () => {
  it.each([
    [
      'temporary credentials',
      toRequest('POST', 'https://photos.example.net/initiate'),
      {
        oauth_consumer_key: 'dpf43f3p2l4k3l03',
        oauth_signature_method: 'HMAC-SHA1',
        oauth_timestamp: '137131200',
        oauth_nonce: 'wIjqoS',
        oauth_callback: 'http://printer.example.com/ready',
      },
      '',
      '74KNZJeDHnMBp0EMJ9ZHt/XKycU=',
    ],
    [
      'the token',
      toRequest('POST', 'https://photos.example.net/token'),
      {
        oauth_consumer_key: 'dpf43f3p2l4k3l03',
        oauth_token: 'hh5s93j4hdidpola',
        oauth_signature_method: 'HMAC-SHA1',
        oauth_timestamp: '137131201',
        oauth_nonce: 'walatlh',
        oauth_verifier: 'hfdp7dh39dks9884',
      },
      'hdhd0244k9j7ao03',
      'gKgrFCywp7rO0OXSjdot/IHF7IU=',
    ],
    [
      'the photo',
      toRequest('GET', 'http://photos.example.net/photos?file=vacation.jpg&size=original'),
      {
        oauth_consumer_key: 'dpf43f3p2l4k3l03',
        oauth_token: 'nnch734d00sl2jdk',
        oauth_signature_method: 'HMAC-SHA1',
        oauth_timestamp: '137131202',
        oauth_nonce: 'chapoH',
      },
      'pfkkdhi9sl3r4s00',
      'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
    ],
  ])(
    'get the signatures of section 1.2: the request for %s',
    (_, request, parameters, tokenSecret, signature) => {
      const base = toSignatureBase(request, Object.entries(parameters));
      const secrets = { consumerSecret: 'kd94hf93k423kf44', tokenSecret, privateKey: '' };
      expect(signBase(base, 'HMAC-SHA1', secrets, '')).toBe(signature);
    },
  );

  it('get the base string of section 3.4.1.1', () => {
    const request = toRequest('POST', 'http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b', {
      headers: [form],
      body: 'c2&a3=2+q',
    });
    const parameters = {
      oauth_consumer_key: '9djdj82h48djs9d2',
      oauth_token: 'kkk9d7dh3k39sjv7',
      oauth_signature_method: 'HMAC-SHA1',
      oauth_timestamp: '137131201',
      oauth_nonce: '7d8f3e4a',
    };
    expect(toSignatureBase(request, Object.entries(parameters))).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
  });

  it('encode as section 3.6 says: all but unreserved characters, in upper case', () => {
    expect(encodeOauth("aZ09-._~ !*'()+/=&%ü☃")).toBe(
      'aZ09-._~%20%21%2A%27%28%29%2B%2F%3D%26%25%C3%BC%E2%98%83',
    );
  });

  it('join both secrets, encoded, for PLAINTEXT (section 3.4.4)', () => {
    const secrets = { consumerSecret: 'djr9rjt0jd78jf88', tokenSecret: 'jjd99$tj88uiths3', privateKey: '' };
    expect(signBase('', 'PLAINTEXT', secrets, '')).toBe('djr9rjt0jd78jf88&jjd99%24tj88uiths3');
  });
});

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const consumerSecret = `c0ns/+=&%~"'<>|ü`;
const tokenSecret = 't0k & "ß"';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privateKey = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

async function start(): Promise<{ server: EchoServer; engine: Engine }> {
  const server = await startEchoServer((request, response) => {
    if (!request.url.startsWith('/moved')) return false;
    response.writeHead(302, { location: '/there' }).end();
    return true;
  });
  const engine = createEngine({ clock: createFakeClock(nowMs) });
  open.push(server, engine);
  return { server, engine };
}

function definition(baseUrl: string, auth: object, config: object = {}) {
  return JSON.stringify({
    name: 'Ledger',
    config: {
      baseUrl,
      auth: {
        authType: 'oauth1',
        consumerKey: 'c k',
        consumerSecret: '<<Consumer Secret>>',
        token: '<<Token>>',
        tokenSecret: '<<Token Secret>>',
        ...auth,
      },
    },
    secrets: {
      'Consumer Secret': consumerSecret,
      Token: 't/1',
      'Token Secret': tokenSecret,
      'Private Key': privateKey,
    },
    operations: [
      {
        name: 'Post',
        config: {
          method: 'POST',
          path: '/a%2Fb/{{Id}}',
          params: { q: '{{Q}}', 'filter[x]': ['2', '1'] },
          body: { bodyType: 'www_form_urlencoded', form: { note: '{{Note}}', empty: '' } },
          ...config,
        },
      },
    ],
  });
}

const values = { Id: 'ä b', Q: "a+b & c'*", Note: '1 + 1 = ☃' };

describe('a connection with authType oauth1', () => {
  it.each(['HMAC-SHA1', 'HMAC-SHA256'] as const)(
    'signs query and form so that a server can verify it: %s',
    async signatureMethod => {
      const { server, engine } = await start();
      const connection = engine.connection(definition(server.origin, { signatureMethod, realm: 'R "1"' }));
      await connection.execute('Post', values);
      const [received] = server.received;
      if (received === undefined) throw new TypeError('nothing was received');
      const { realm, signature, parameters } = readHeader(received);
      expect(realm).toBe('R \\"1\\"');
      expect(parameters).toMatchObject({
        oauth_consumer_key: 'c k',
        oauth_token: 't/1',
        oauth_signature_method: signatureMethod,
        oauth_timestamp: '1767323045',
        oauth_nonce: expect.stringMatching(/^[\da-f]{32}$/),
        oauth_version: '1.0',
      });
      const base = baseOf(received, server.origin, parameters);
      const key = `${strict(consumerSecret)}&${strict(tokenSecret)}`;
      const algorithm = signatureMethod === 'HMAC-SHA1' ? 'sha1' : 'sha256';
      expect(signature).toBe(createHmac(algorithm, key).update(base).digest('base64'));
    },
  );

  it.each(['RSA-SHA1', 'RSA-SHA256'] as const)('signs with a private key: %s', async signatureMethod => {
    const { server, engine } = await start();
    const auth = { signatureMethod, privateKey: '<<Private Key>>', consumerSecret: null, tokenSecret: null };
    await engine.connection(definition(server.origin, auth)).execute('Post', values);
    const [received] = server.received;
    if (received === undefined) throw new TypeError('nothing was received');
    const { signature, parameters } = readHeader(received);
    const base = Buffer.from(baseOf(received, server.origin, parameters));
    const algorithm = signatureMethod === 'RSA-SHA1' ? 'sha1' : 'sha256';
    expect(verify(algorithm, base, rsa.publicKey, Buffer.from(signature, 'base64'))).toBe(true);
  });

  it('places everything in the query when told so, after what stands there', async () => {
    const { server, engine } = await start();
    const auth = { in: 'query', signatureMethod: 'PLAINTEXT', token: null, tokenSecret: null };
    const config = { method: 'GET', path: '/x', params: { q: '1' }, body: { bodyType: 'raw', raw: '' } };
    await engine.connection(definition(server.origin, auth, config)).execute('Post');
    const [received] = server.received;
    expect(received?.headers.authorization).toBeUndefined();
    expect(received?.url).toMatch(
      /^\/x\?q=1&oauth_consumer_key=c%20k&oauth_signature_method=PLAINTEXT&oauth_timestamp=1767323045&oauth_nonce=[\da-f]{32}&oauth_version=1\.0&oauth_signature=/,
    );
    expect(new URL(received?.url ?? '', server.origin).searchParams.get('oauth_signature')).toBe(
      `${strict(consumerSecret)}&`,
    );
  });

  it('signs a hash of a body that is no form when told so', async () => {
    const { server, engine } = await start();
    const auth = { signatureMethod: 'HMAC-SHA256', bodyHash: true };
    const config = { body: { bodyType: 'raw', raw: '{"a": "{{Note}}"}' } };
    const connection = engine.connection(definition(server.origin, auth, config));
    await connection.execute('Post', values);
    const [received] = server.received;
    if (received === undefined) throw new TypeError('nothing was received');
    const { signature, parameters } = readHeader(received);
    expect(parameters['oauth_body_hash']).toBe(createHash('sha256').update(received.body).digest('base64'));
    const key = `${strict(consumerSecret)}&${strict(tokenSecret)}`;
    const base = baseOf(received, server.origin, parameters);
    expect(signature).toBe(createHmac('sha256', key).update(base).digest('base64'));
    await engine.connection(definition(server.origin, auth)).execute('Post', values);
    const [, withForm] = server.received;
    expect(withForm?.headers.authorization).not.toContain('oauth_body_hash');
  });

  it('uses a new nonce for each request', async () => {
    const { server, engine } = await start();
    const connection = engine.connection(definition(server.origin, {}));
    await connection.execute('Post', values);
    await connection.execute('Post', values);
    const [first, second] = server.received.map(received => readHeader(received).parameters['oauth_nonce']);
    expect(first).not.toBe(second);
  });

  it('masks signature, token and secrets written out in the definition', async () => {
    const { server, engine } = await start();
    const auth = { consumerSecret: 'l1teral-a', token: 'l1teral-b', tokenSecret: 'l1teral-c' };
    const shown = await engine.connection(definition(server.origin, auth)).dryRun('Post', values);
    const [, header] = shown.headers.find(([name]) => name === 'Authorization') ?? [];
    expect(header).toContain('oauth_signature="[secret]"');
    expect(JSON.stringify(shown)).not.toContain('l1teral');
  });

  it('refuses a redirect within the origin, where the signature would not fit', async () => {
    const { server, engine } = await start();
    const config = { path: '/moved', followRedirect: true };
    const work = engine
      .connection(definition(server.origin, {}, config))
      .execute('Post', { Q: '', Note: '' });
    expect(await failureOf(work)).toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(server.received).toHaveLength(1);
  });

  it.each([
    [{ signatureMethod: 'RSA-SHA256' }, '/config/auth/privateKey'],
    [{ signatureMethod: 'RSA-SHA1', privateKey: 'no key' }, '/config/auth/privateKey'],
    [
      {
        signatureMethod: 'RSA-SHA1',
        privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
          .privateKey.export({ type: 'pkcs8', format: 'pem' })
          .toString(),
      },
      '/config/auth/privateKey',
    ],
    [{ consumerKey: '{{Client}}' }, '/config/auth/consumerKey'],
  ])('refuses what cannot sign, naming its place: case %#', async (auth, pointer) => {
    const { server, engine } = await start();
    const work = engine.connection(definition(server.origin, auth)).execute('Post', values);
    const error = await failureOf(work);
    expect(error).toMatchObject({ code: 'CREDENTIAL_INVALID', pointer });
    expect(error.message).not.toContain('BEGIN');
  });

  it('is judged with its definition: PLAINTEXT signs no body hash', async () => {
    const auth = { signatureMethod: 'PLAINTEXT', bodyHash: true };
    const error = await failureOf(() => createEngine().connection(definition('https://a.test', auth)));
    expect(error.issues).toMatchObject([
      { code: 'DEFINITION_WRONG_VALUE', pointer: '/config/auth/bodyHash' },
    ]);
  });
});
