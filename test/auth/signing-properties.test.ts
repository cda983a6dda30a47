import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine, type HttpRequest, type Transport } from '../../src/index.ts';
import { createCannedTransport } from '../support/canned-transport.ts';
import type { Received } from '../support/echo-server.ts';
import { verifyAwsSignature } from './aws-verifier.ts';
import { baseOf, readHeader, strict } from './oauth1-verifier.ts';

const origin = 'https://api.ferrule.test';

/** Hands every request to `receive` as a server would read it from the wire, and answers 200. */
function createReceiver(receive: (received: Received) => void): Transport {
  return createCannedTransport(request => {
    receive(toReceived(request));
    return {};
  }).transport;
}

function toReceived({ method, url, headers, body }: HttpRequest): Received {
  const withHost = [['host', new URL(url).host] as const, ...headers];
  return {
    method,
    url: url.slice(origin.length),
    headers: Object.fromEntries(withHost.map(([name, value]) => [name.toLowerCase(), value])),
    rawHeaders: withHost.flat(),
    body: body === undefined ? '' : Buffer.from(body).toString(),
  };
}

/** Any text that a path segment can hold: not empty, and no `.` or `..`. */
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter(text => !/^\.{1,2}$/.test(text) && !/[/\\]\.{1,2}|\.{1,2}[/\\]/.test(text));
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const secret = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 16 })
  .filter(value => /^[^\s\p{Cc}]+$/u.test(value));
const inputs = fc.record({ Segment: segment, Query: text, Other: text, Body: text });

const operation = {
  name: 'Send',
  config: {
    method: 'PUT',
    path: "/fix%20ed/$&+,;=:@!'()*/{{Segment}}",
    params: { 'q[]': '{{Query}}', Q: ['{{Other}}', 'b a'] },
    body: { bodyType: 'www_form_urlencoded', form: { x: '{{Body}}', 'y z': '{{Query}}' } },
  },
};

describe('whatever the values, a server can verify', () => {
  it.each(['execute-api', 's3'])('an AWS signature for %s', async service => {
    let verdict: ReturnType<typeof verifyAwsSignature> | undefined;
    let secretKey = '';
    const transport = createReceiver(received => {
      verdict = verifyAwsSignature(received, secretKey, service === 's3' ? 'once' : 'twice');
    });
    await fc.assert(
      fc.asyncProperty(inputs, secret, async (parameters, secretAccessKey) => {
        secretKey = secretAccessKey;
        const engine = createEngine({ transport });
        const auth = {
          authType: 'aws_signature_v4',
          accessKeyId: 'id',
          secretAccessKey: '<<K>>',
          region: 'r',
          service,
        };
        const definition = {
          name: 'n',
          config: { baseUrl: origin, auth },
          secrets: { K: secretKey },
          operations: [operation],
        };
        await engine.connection(JSON.stringify(definition)).execute('Send', parameters);
        expect(verdict).toMatchObject({ valid: true });
      }),
      { numRuns: 150, seed: 31 },
    );
  });

  it('an OAuth 1.0a signature', async () => {
    let last: Received | undefined;
    const transport = createReceiver(received => {
      last = received;
    });
    await fc.assert(
      fc.asyncProperty(inputs, secret, secret, async (parameters, consumerSecret, tokenSecret) => {
        const engine = createEngine({ transport });
        const auth = {
          authType: 'oauth1',
          consumerKey: 'k',
          consumerSecret: '<<C>>',
          token: 't',
          tokenSecret: '<<T>>',
        };
        const secrets = { C: consumerSecret, T: tokenSecret };
        const definition = { name: 'n', config: { baseUrl: origin, auth }, secrets, operations: [operation] };
        await engine.connection(JSON.stringify(definition)).execute('Send', parameters);
        if (last === undefined) throw new TypeError('nothing was received');
        const { signature, parameters: oauth } = readHeader(last);
        const key = `${strict(consumerSecret)}&${strict(tokenSecret)}`;
        expect(signature).toBe(
          createHmac('sha1', key)
            .update(baseOf(last, origin, oauth))
            .digest('base64'),
        );
      }),
      { numRuns: 150, seed: 32 },
    );
  });

  it('an HMAC over path, query and body', async () => {
    let last: Received | undefined;
    const transport = createReceiver(received => {
      last = received;
    });
    await fc.assert(
      fc.asyncProperty(inputs, secret, async (parameters, key) => {
        const engine = createEngine({ transport });
        const auth = {
          authType: 'hmac',
          key: '<<K>>',
          message: '<<method>> <<pathAndQuery>>\n<<host>>\n<<body>>',
          placements: [{ in: 'header', name: 'X-Sig', value: '<<signature>>' }],
        };
        const definition = {
          name: 'n',
          config: { baseUrl: origin, auth },
          secrets: { K: key },
          operations: [operation],
        };
        await engine.connection(JSON.stringify(definition)).execute('Send', parameters);
        if (last === undefined) throw new TypeError('nothing was received');
        const message = `PUT ${last.url}\napi.ferrule.test\n${last.body}`;
        expect(last.headers['x-sig']).toBe(createHmac('sha256', key).update(message).digest('hex'));
      }),
      { numRuns: 150, seed: 33 },
    );
  });
});
