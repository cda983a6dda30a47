import { createHash, createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { type Received, startEchoServer } from '../support/echo-server.ts';
import { createFakeClock } from '../support/fake-clock.ts';

/** Forms in which APIs want requests signed, each with inputs that are hard for it, against the bytes a server receives. */
interface Shape {
  readonly auth: object;
  readonly operation?: object;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What the server must have received, computed from the rest of the request. */
  readonly expected: (received: Received, host: string) => object;
}

const hard = `s/+=&%~"'<>|ü`;
const secrets = {
  Secret: hard,
  'Base64 Secret': Buffer.from(hard).toString('base64'),
  'Hex Secret': Buffer.from(hard).toString('hex'),
  Id: 'id-42',
  Passphrase: 'p ss;wörd',
};
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const seconds = '1767323045';
const httpDate = 'Fri, 02 Jan 2026 03:04:05 GMT';
const body = '{"note":"größe \\"1\\" & ☃"}';
const post = { method: 'POST', path: '/v2/orders', params: { a: 'x y', b: '' } };
const bytes = (text: string | string[] | undefined) => Buffer.from(String(text), 'latin1').toString('utf8');

function mac(
  algorithm: string,
  text: string,
  encoding: 'hex' | 'base64',
  key: string | Buffer = hard,
): string {
  return createHmac(algorithm, key).update(text).digest(encoding);
}

const shapes: Readonly<Record<string, Shape>> = {
  'one key in a header of its own': {
    auth: { authType: 'api_key', in: 'header', name: 'X-Auth-Token', value: '<<Secret>>' },
    expected: ({ headers }) => ({
      headers: { ...headers, 'x-auth-token': Buffer.from(hard).toString('latin1') },
    }),
  },
  'a key behind a word in the Authorization header': {
    auth: {
      authType: 'api_key',
      in: 'header',
      name: 'Authorization',
      value: '<<Id>>/<<Hex Secret>>',
      prefix: 'GenieKey',
    },
    expected: () => ({ headers: { authorization: `GenieKey id-42/${secrets['Hex Secret']}` } }),
  },
  'a quoted pair in the Authorization header': {
    auth: {
      authType: 'api_key',
      in: 'header',
      name: 'Authorization',
      value: 'Token token="<<Hex Secret>>", account="{{Account}}"',
    },
    parameters: { Account: 'nörd' },
    expected: ({ headers }) => ({
      headers: {
        authorization: Buffer.from(`Token token="${secrets['Hex Secret']}", account="nörd"`).toString(
          'latin1',
        ),
        accept: headers.accept,
      },
    }),
  },
  'an application key beside an API key': {
    auth: {
      authType: 'api_key',
      keys: [
        { in: 'header', name: 'X-Api-Key', value: '<<Id>>' },
        { in: 'header', name: 'X-App-Key', value: '<<Hex Secret>>' },
      ],
    },
    expected: () => ({ headers: { 'x-api-key': 'id-42', 'x-app-key': secrets['Hex Secret'] } }),
  },
  'two keys in the query': {
    auth: {
      authType: 'api_key',
      keys: [
        { in: 'query', name: 'key', value: '<<Id>>' },
        { in: 'query', name: 'token', value: '<<Secret>>' },
      ],
    },
    expected: () => ({
      url: '/v2/orders?a=x%20y&key=id-42&token=s%2F%2B%3D%26%25~%22%27%3C%3E%7C%C3%BC',
    }),
  },
  'a session key in a cookie': {
    auth: { authType: 'api_key', in: 'cookie', name: 'JSESSIONID', value: '<<Hex Secret>>' },
    expected: () => ({ headers: { cookie: `JSESSIONID=${secrets['Hex Secret']}` } }),
  },
  'timestamp, method, path and body, with a key of Base64 and a passphrase': {
    auth: {
      authType: 'hmac',
      key: '<<Base64 Secret>>',
      keyEncoding: 'base64',
      encoding: 'base64',
      message: '<<timestamp>><<method>><<pathAndQuery>><<body>>',
      placements: [
        { in: 'header', name: 'CB-ACCESS-KEY', value: '<<Id>>' },
        { in: 'header', name: 'CB-ACCESS-PASSPHRASE', value: '<<Passphrase>>' },
        { in: 'header', name: 'CB-ACCESS-TIMESTAMP', value: '<<timestamp>>' },
        { in: 'header', name: 'CB-ACCESS-SIGN', value: '<<signature>>' },
      ],
    },
    expected: ({ headers, url }) => ({
      headers: {
        'cb-access-key': 'id-42',
        'cb-access-passphrase': Buffer.from(secrets.Passphrase).toString('latin1'),
        'cb-access-timestamp': seconds,
        'cb-access-sign': mac('sha256', `${seconds}POST${url}${body}`, 'base64'),
        accept: headers.accept,
      },
    }),
  },
  'a query that ends with its own signature': {
    auth: {
      authType: 'hmac',
      key: '<<Secret>>',
      message: '<<query>>',
      timestampFormat: 'epoch_milliseconds',
      placements: [
        { in: 'query', name: 'recvWindow', value: '5000' },
        { in: 'query', name: 'timestamp', value: '<<timestamp>>' },
        { in: 'query', name: 'signature', value: '<<signature>>' },
      ],
    },
    expected: () => {
      const query = 'a=x%20y&recvWindow=5000&timestamp=1767323045678';
      return { url: `/v2/orders?${query}&signature=${mac('sha256', query, 'hex')}` };
    },
  },
  'a hash of the body like a webhook has': {
    auth: {
      authType: 'hmac',
      key: '<<Secret>>',
      message: 'v0:<<timestamp>>:<<body>>',
      placements: [
        { in: 'header', name: 'X-Request-Timestamp', value: '<<timestamp>>' },
        { in: 'header', name: 'X-Signature', value: 'v0=<<signature>>' },
      ],
    },
    expected: () => ({ headers: { 'x-signature': `v0=${mac('sha256', `v0:${seconds}:${body}`, 'hex')}` } }),
  },
  'time and signature as a list in one header': {
    auth: {
      authType: 'hmac',
      key: '<<Secret>>',
      message: '<<timestamp>>.<<body>>',
      placements: [{ in: 'header', name: 'X-Sig', value: 't=<<timestamp>>,v1=<<signature>>' }],
    },
    expected: () => ({
      headers: { 'x-sig': `t=${seconds},v1=${mac('sha256', `${seconds}.${body}`, 'hex')}` },
    }),
  },
  'named headers that are signed line by line, with a digest of the body': {
    auth: {
      authType: 'hmac',
      key: '<<Secret>>',
      encoding: 'base64',
      timestampFormat: 'http_date',
      values: { Target: "request.method.toLowerCase() + ' ' + request.path + '?' + request.query" },
      message: '(request-target): <<Target>>\nhost: <<host>>\ndate: <<timestamp>>\ndigest: <<header:digest>>',
      placements: [
        { in: 'header', name: 'Date', value: '<<timestamp>>' },
        { in: 'header', name: 'Digest', value: 'SHA-256=<<bodySha256Base64>>' },
        {
          in: 'header',
          name: 'Signature',
          value:
            'keyId="<<Id>>",algorithm="hmac-sha256",headers="(request-target) host date digest",signature="<<signature>>"',
        },
      ],
    },
    expected: ({ url }, host) => {
      const digest = `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
      const text = `(request-target): post ${url}\nhost: ${host}\ndate: ${httpDate}\ndigest: ${digest}`;
      const signature = mac('sha256', text, 'base64');
      return {
        headers: {
          date: httpDate,
          digest,
          signature: `keyId="id-42",algorithm="hmac-sha256",headers="(request-target) host date digest",signature="${signature}"`,
        },
      };
    },
  },
  'a signature that is the password of Basic authentication': {
    auth: {
      authType: 'hmac',
      algorithm: 'sha1',
      key: '<<Secret>>',
      timestampFormat: 'http_date',
      values: { Basic: "base64(secrets.Id + ':' + request.signature)" },
      message: '<<timestamp>>\n<<method>>\n<<host>>\n<<path>>\n<<sortedQuery>>',
      placements: [
        { in: 'header', name: 'Date', value: '<<timestamp>>' },
        { in: 'header', name: 'Authorization', value: 'Basic <<Basic>>' },
      ],
    },
    operation: { ...post, params: { z: '1', a: 'x y' } },
    expected: (_, host) => {
      const signature = mac('sha1', `${httpDate}\nPOST\n${host}\n/v2/orders\na=x%20y&z=1`, 'hex');
      return {
        headers: { authorization: `Basic ${Buffer.from(`id-42:${signature}`).toString('base64')}` },
      };
    },
  },
  'a hash of a hash under a key of Base64': {
    auth: {
      authType: 'hmac',
      algorithm: 'sha512',
      key: '<<Base64 Secret>>',
      keyEncoding: 'base64',
      encoding: 'base64',
      timestampFormat: 'epoch_milliseconds',
      values: { Digest: 'hex(request.path) + sha256(request.timestamp + request.body)' },
      message: '<<Digest>>',
      messageEncoding: 'hex',
      placements: [{ in: 'header', name: 'API-Sign', value: '<<signature>>' }],
    },
    expected: () => {
      const inner = createHash('sha256').update(`1767323045678${body}`).digest();
      const message = Buffer.concat([Buffer.from('/v2/orders'), inner]);
      return { headers: { 'api-sign': createHmac('sha512', hard).update(message).digest('base64') } };
    },
  },
  'lines with the length of the body, for storage accounts': {
    auth: {
      authType: 'hmac',
      key: '<<Base64 Secret>>',
      keyEncoding: 'base64',
      encoding: 'base64',
      timestampFormat: 'http_date',
      message:
        '<<method>>\n\n\n<<bodyLength>>\n\n<<header:content-type>>\n\n\n\n\n\n\nx-ms-date:<<timestamp>>\nx-ms-version:2021-08-06\n/<<Id>><<path>>',
      placements: [
        { in: 'header', name: 'x-ms-date', value: '<<timestamp>>' },
        { in: 'header', name: 'x-ms-version', value: '2021-08-06' },
        { in: 'header', name: 'Authorization', value: 'SharedKey <<Id>>:<<signature>>' },
      ],
    },
    expected: ({ headers }) => {
      const lines = `POST\n\n\n${headers['content-length']}\n\napplication/json\n\n\n\n\n\n\nx-ms-date:${httpDate}\nx-ms-version:2021-08-06\n/id-42/v2/orders`;
      return { headers: { authorization: `SharedKey id-42:${mac('sha256', lines, 'base64')}` } };
    },
  },
  'a signature that is percent-encoded into a header': {
    auth: {
      authType: 'hmac',
      key: '<<Base64 Secret>>',
      keyEncoding: 'base64',
      encoding: 'base64',
      timestampFormat: 'http_date',
      values: {
        Text: "request.method.toLowerCase() + '\\n' + request.path + '\\n' + request.timestamp.toLowerCase() + '\\n\\n'",
        Credential: "urlencode('type=master&ver=1.0&sig=' + request.signature)",
      },
      message: '<<Text>>',
      placements: [
        { in: 'header', name: 'x-ms-date', value: '<<timestamp>>' },
        { in: 'header', name: 'Authorization', value: '<<Credential>>' },
      ],
    },
    expected: () => {
      const signature = mac('sha256', `post\n/v2/orders\n${httpDate.toLowerCase()}\n\n`, 'base64');
      return { headers: { authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`) } };
    },
  },
  'parameters in alphabetical order without separators, hashed with the secret around them': {
    auth: {
      authType: 'hmac',
      key: '<<Secret>>',
      values: {
        Pairs: "request.query.split('&').map(urldecode).sort().map(pair => pair.replace('=', '')).join('')",
      },
      message: '<<path>><<Pairs>><<body>>',
      placements: [
        { in: 'query', name: 'timestamp', value: '<<timestamp>>' },
        { in: 'query', name: 'app_key', value: '<<Id>>' },
        { in: 'query', name: 'sign', value: '<<signature>>' },
      ],
    },
    expected: () => ({
      url: `/v2/orders?a=x%20y&timestamp=${seconds}&app_key=id-42&sign=${mac(
        'sha256',
        `/v2/ordersax yapp_keyid-42timestamp${seconds}${body}`,
        'hex',
      )}`,
    }),
  },
};

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

describe('requests are signed as APIs want them', () => {
  it.each(Object.entries(shapes))('%s', async (_, { auth, operation, parameters, expected }) => {
    const server = await startEchoServer();
    const engine = createEngine({ clock: createFakeClock(nowMs) });
    open.push(server, engine);
    const definition = {
      name: 'Shape',
      config: { baseUrl: server.origin, auth },
      secrets,
      operations: [
        {
          name: 'Order',
          config: {
            ...(operation ?? post),
            body: { bodyType: 'json', json: { note: '{{Note}}' } },
          },
        },
      ],
    };
    const connection = engine.connection(JSON.stringify(definition));
    const report = await connection.execute(
      'Order',
      { Note: 'größe "1" & ☃', ...parameters },
      { debug: true },
    );
    const [received] = server.received;
    if (received === undefined) throw new TypeError('nothing was received');
    expect(received.body).toBe(body);
    expect(received).toMatchObject(expected(received, server.origin.replace('http://', '')));
    expect(bytes(JSON.stringify(report))).not.toContain(secrets['Hex Secret']);
    expect(JSON.stringify(report)).not.toContain(hard.slice(0, 6));
  });
});
