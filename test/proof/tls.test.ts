import { X509Certificate } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import { describe, expect, it } from 'vitest';
import type { HttpConnectionConfigInput } from '../../src/definition/definition-input.ts';
import { createEngine, FerruleError } from '../../src/index.ts';
import { startHttpServer } from '../support/loopback-server.ts';
import { createTestAuthority, type Issued, selfSigned } from '../support/test-authority.ts';
import { adapters, type CreateAdapter } from './adapters.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const day = (offset: number) => new Date(Date.now() + offset * DAY_MS);
const NAME = 'api.acme.test';

const root = createTestAuthority();
const intermediate = root.issueAuthority();
const stranger = createTestAuthority({ commonName: 'Stranger' });
const server = root.issue({ hosts: [NAME] });
const below = intermediate.issue({ hosts: [NAME] });
const robot = root.issue({ commonName: 'robot' });
const expired = root.issue({ hosts: [NAME], notBefore: day(-9), notAfter: day(-1) });
const own = selfSigned({ hosts: [NAME] });
const demanding: ServerOptions = { requestCert: true, rejectUnauthorized: true, ca: root.cert };

interface Case {
  readonly title: string;
  readonly issued: Issued;
  readonly config: Partial<HttpConnectionConfigInput>;
  readonly options?: ServerOptions;
  /** Host of the URL; the name by default. */
  readonly host?: string;
  /** 200, or the code of the failure and words of its message and hint. */
  readonly outcome: 200 | readonly [code: string, reason: string, hint: string];
}

const ok = (title: string, issued: Issued, config: Case['config'], more: Partial<Case> = {}): Case => ({
  title,
  issued,
  config,
  outcome: 200,
  ...more,
});
const fails = (
  title: string,
  issued: Issued,
  config: Case['config'],
  outcome: readonly [string, string, string],
  more: Partial<Case> = {},
): Case => ({ title, issued, config, outcome, ...more });

const trusting = { caCert: root.cert };
const cutOff = root.cert.slice(0, 300);
const untrusted = 'TLS_CERTIFICATE_UNTRUSTED';

const matrix: readonly Case[] = [
  ok('the right authority', server, trusting),
  fails('no authority', server, {}, [untrusted, 'not trusted', 'caCert']),
  fails('another authority', server, { caCert: stranger.cert }, [untrusted, 'not trusted', 'caCert']),
  fails('a text that is no certificate', server, { caCert: 'ask the admin' }, [
    'DEFINITION_INVALID',
    'not a certificate',
    'listed problem',
  ]),
  fails('an empty text', server, { caCert: '' }, ['DEFINITION_INVALID', 'caCert', 'listed problem']),
  fails('a certificate that is cut off', server, { caCert: cutOff }, [
    'DEFINITION_INVALID',
    'cut off',
    'listed problem',
  ]),
  fails('a key instead of a certificate', server, { caCert: server.key }, [
    'DEFINITION_INVALID',
    'a private key',
    'listed problem',
  ]),
  ok('several in one bundle', server, { caCert: `${stranger.cert}\n${root.cert}` }),
  ok('line ends of Windows', server, { caCert: root.cert.replaceAll(/\r?\n/g, '\r\n') }),
  ok('line ends written out', server, { caCert: root.cert.replaceAll(/\r?\n/g, '\\n') }),
  fails('an expired certificate', expired, trusting, [
    'TLS_CERTIFICATE_EXPIRED',
    'has expired',
    'new certificate',
  ]),
  fails('one of tomorrow', root.issue({ hosts: [NAME], notBefore: day(1) }), trusting, [
    'TLS_CERTIFICATE_EXPIRED',
    'not valid yet',
    'new certificate',
  ]),
  fails('a certificate for another host', root.issue({ hosts: ['other.test'] }), trusting, [
    'TLS_HOST_MISMATCH',
    'DNS:other.test',
    'host name',
  ]),
  ok('a wildcard', root.issue({ hosts: ['*.acme.test'] }), trusting),
  fails('a wildcard one level too high', root.issue({ hosts: ['*.test'] }), trusting, [
    'TLS_HOST_MISMATCH',
    'DNS:*.test',
    'host name',
  ]),
  ok('an address in the certificate', root.issue({ hosts: ['127.0.0.1'] }), trusting, { host: '127.0.0.1' }),
  fails('an address that is not in it', server, trusting, ['TLS_HOST_MISMATCH', NAME, 'host name'], {
    host: '127.0.0.1',
  }),
  fails('a common name only', root.issue({ commonName: 'other.test', hosts: [] }), trusting, [
    'TLS_HOST_MISMATCH',
    'another host',
    'host name',
  ]),
  fails(
    'a weak key',
    root.issue({ hosts: [NAME], key: 'weak rsa' }),
    trusting,
    [untrusted, 'too small', 'at least 2048 bits'],
    { options: { ciphers: 'DEFAULT@SECLEVEL=0' } },
  ),
  fails('a missing intermediate', { ...below, chain: below.cert }, trusting, [
    untrusted,
    'leaves out the intermediate certificate',
    'caCert',
  ]),
  ok('the whole chain', below, trusting),
  ok('an intermediate given as authority', { ...below, chain: below.cert }, { caCert: intermediate.cert }),
  fails('a leaf given as authority', server, { caCert: server.cert }, [
    'DEFINITION_INVALID',
    'not of the authority that signed it',
    'listed problem',
  ]),
  fails('a certificate that signed itself', own, {}, [untrusted, 'self-signed', 'caCert']),
  ok('a certificate that signed itself, given as authority', own, { caCert: own.cert }),
  fails(
    'no client certificate where one is asked for',
    server,
    trusting,
    ['TLS_FAILED', 'requires a client certificate', 'clientCertificate'],
    {
      options: demanding,
    },
  ),
  ok('the client certificate that is asked for', server, clientCert(robot), { options: demanding }),
  fails(
    'a client certificate of a stranger',
    server,
    clientCert(stranger.issue({ commonName: 'robot' })),
    ['CONNECTION_LOST', 'before an answer came', 'clientCertificate'],
    { options: demanding },
  ),
  ok('an EC key', root.issue({ hosts: [NAME], key: 'ec' }), trusting),
  ok('an Ed25519 key', root.issue({ hosts: [NAME], key: 'ed25519' }), trusting),
  fails(
    'a server that is too old',
    server,
    { ...trusting, tls: { minVersion: 'TLSv1.3' } },
    ['TLS_FAILED', 'TLS versions', 'minVersion'],
    {
      options: { maxVersion: 'TLSv1.2' },
    },
  ),
  ok('a server of TLS 1.2', server, trusting, { options: { maxVersion: 'TLSv1.2' } }),
  ok(
    'another server name than the host',
    server,
    { ...trusting, tls: { serverName: NAME } },
    { host: '127.0.0.1' },
  ),
  ok('only this authority', server, { ...trusting, tls: { caMode: 'replace' } }),
  ok('a pinned certificate', expired, pin(expired.cert), { host: '127.0.0.1' }),
  fails('another certificate than the pinned one', server, pin(expired.cert), [
    untrusted,
    'not the pinned one',
    'fingerprint256',
  ]),
  fails('a fingerprint that is none', server, { tls: { fingerprint256: 'AB:CD' } }, [
    'DEFINITION_INVALID',
    'fingerprint',
    'listed problem',
  ]),
];

function clientCert({ chain, key }: Issued): Case['config'] {
  return { ...trusting, tls: { clientCertificate: { cert: chain, key } } };
}

function pin(cert: string): Case['config'] {
  return { tls: { fingerprint256: new X509Certificate(cert).fingerprint256 } };
}

describe.each(adapters)('over %s, a TLS server with', (_adapter, create) => {
  it.each(matrix)('$title', async ({ issued, config, options = {}, host = NAME, outcome }) => {
    const found = await connect(create, issued, config, options, host);
    if (outcome === 200) {
      expect(found).toBe(200);
      return;
    }
    const [code, reason, hint] = outcome;
    if (!(found instanceof FerruleError)) throw new TypeError(`expected ${code}, but it answered`);
    expect(found.code).toBe(code);
    expect(found.message).toContain(reason);
    expect(found.hint).toContain(hint);
  });
});

async function connect(
  create: CreateAdapter,
  { chain: cert, key }: Issued,
  config: Case['config'],
  options: ServerOptions,
  host: string,
): Promise<unknown> {
  await using tls = await startHttpServer((_, response) => response.end('ok'), { cert, key, ...options });
  const transport = create({
    lookup: (_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  const engine = createEngine({ transport });
  try {
    const connection = engine.connection({
      name: 'Acme',
      config: { baseUrl: `https://${host}:${tls.port}`, ...config },
      operations: [{ name: 'Go', config: { method: 'GET', path: '/' } }],
    });
    return (await connection.execute('Go')).statusCode;
  } catch (error) {
    return error;
  } finally {
    await engine.close();
    await transport.close();
  }
}
