import type https from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { translateForeignError } from '../../src/errors/translate-foreign-error.ts';
import { createTrust, type TrustOptions } from '../../src/transport/trust/trust.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startHttpServer, startTcpServer, unusedPort } from '../support/loopback-server.ts';
import { httpRequest, sendContext } from '../support/send-context.ts';
import { createTestAuthority, type Issued, selfSigned } from '../support/test-authority.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const day = (offset: number) => new Date(Date.now() + offset * DAY_MS);
const authority = createTestAuthority();
const intermediate = authority.issueAuthority();
const place = { host: 'api.example.com', port: 443, phase: 'send' } as const;

/** What a client that trusts by `trust` meets at a real TLS server with `issued`. */
async function meet(
  issued: Issued,
  trust: TrustOptions = {},
  options: https.ServerOptions = {},
): Promise<FerruleError> {
  const { chain: cert, key } = issued;
  await using server = await startHttpServer((_, response) => response.end('ok'), { cert, key, ...options });
  const transport = createUndiciTransport();
  onTestFinished(() => transport.close());
  const context = sendContext({ channel: { trust: createTrust(trust) } });
  const error = await failureOf(
    transport.send(httpRequest(server.origin), context).then(({ body }) => body.bytes()),
  );
  expect(error.message).toContain(`127.0.0.1:${server.port}: `);
  expect(error.cause).toBeInstanceOf(Error);
  return error;
}
const causeCode = (error: FerruleError) => (error.cause as { readonly code?: string }).code;
const trusting = { caCert: authority.cert };

test.each([
  [
    'CERT_HAS_EXPIRED',
    'TLS_CERTIFICATE_EXPIRED',
    authority.issue({ notBefore: day(-9), notAfter: day(-1) }),
    trusting,
  ],
  ['CERT_NOT_YET_VALID', 'TLS_CERTIFICATE_EXPIRED', authority.issue({ notBefore: day(1) }), trusting],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS_CERTIFICATE_UNTRUSTED', selfSigned(), {}],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLS_CERTIFICATE_UNTRUSTED', authority.issue(), {}],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'TLS_CERTIFICATE_UNTRUSTED', intermediate.issue(), {}],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'TLS_HOST_MISMATCH',
    authority.issue({ hosts: ['a.example', 'b.example'] }),
    trusting,
  ],
])('%s of a real handshake is %s', async (foreign, code, issued, trust) => {
  const error = await meet(issued, trust);
  expect([causeCode(error), error.code, error.retryable]).toEqual([foreign, code, false]);
});

test('SELF_SIGNED_CERT_IN_CHAIN of a real handshake is TLS_CERTIFICATE_UNTRUSTED', async () => {
  const { cert, key } = authority.issue();
  const error = await meet({ cert, key, chain: cert + authority.cert });
  expect([causeCode(error), error.code]).toEqual(['SELF_SIGNED_CERT_IN_CHAIN', 'TLS_CERTIFICATE_UNTRUSTED']);
});

test('a host mismatch names the hosts of the certificate', async () => {
  const error = await meet(authority.issue({ hosts: ['a.example', 'b.example'] }), trusting);
  expect([error.expected, error.found]).toEqual([
    'a certificate for 127.0.0.1',
    'DNS:a.example, DNS:b.example',
  ]);
});

test('a self-signed server certificate in caCert is trusted for its own hosts', async () => {
  const issued = selfSigned();
  await using server = await startHttpServer((_, response) => response.end('ok'), issued);
  const transport = createUndiciTransport();
  onTestFinished(() => transport.close());
  const trust = createTrust({ caCert: issued.cert });
  const response = await transport.send(httpRequest(server.origin), sendContext({ channel: { trust } }));
  expect(response.statusCode).toBe(200);
});

test.each([
  ['TLSv1.3', 'requires a client certificate'],
  ['TLSv1.2', 'broke off the TLS handshake'],
] as const)('a missing client certificate over %s is TLS_FAILED', async (maxVersion, message) => {
  const error = await meet(authority.issue(), trusting, {
    requestCert: true,
    rejectUnauthorized: true,
    ca: authority.cert,
    maxVersion,
  });
  expect(error.code).toMatch(/^(?:TLS_FAILED|CONNECTION_(?:LOST|FAILED))$/);
  if (error.code === 'TLS_FAILED') expect(error.message).toContain(message);
});

test('a client certificate of an unknown authority is TLS_FAILED', async () => {
  const clientCertificate = createTestAuthority({ commonName: 'Other' }).issue();
  const error = await meet(
    authority.issue(),
    { ...trusting, clientCertificate },
    {
      requestCert: true,
      rejectUnauthorized: true,
      ca: authority.cert,
      maxVersion: 'TLSv1.2',
    },
  );
  expect(error.code).toMatch(/^(?:TLS_FAILED|CONNECTION_(?:LOST|FAILED))$/);
});

test('versions that do not overlap are TLS_FAILED', async () => {
  const error = await meet(
    authority.issue(),
    { ...trusting, minVersion: 'TLSv1.3' },
    { maxVersion: 'TLSv1.2' },
  );
  expect(error.code).toBe('TLS_FAILED');
  expect(error.message).toContain('does not accept the offered TLS versions');
});

test('a port that greets before TLS is TLS_FAILED and said to speak no TLS', async () => {
  await using server = await startTcpServer(
    socket => void socket.write('220 mail.example ESMTP\r\n'),
    'https',
  );
  const transport = createUndiciTransport();
  onTestFinished(() => transport.close());
  const error = await failureOf(transport.send(httpRequest(server.origin), sendContext()));
  expect([error.code, error.message.includes('does not speak TLS')]).toEqual(['TLS_FAILED', true]);
});

test('all addresses refusing is CONNECT_REFUSED, the several failures kept as cause', async () => {
  const port = await unusedPort();
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ];
  const transport = createUndiciTransport({ lookup: (_, done) => done(null, addresses) });
  onTestFinished(() => transport.close());
  const error = await failureOf(transport.send(httpRequest(`http://two.example:${port}/`), sendContext()));
  expect(error.code).toBe('CONNECT_REFUSED');
  expect(error.cause).toBeInstanceOf(AggregateError);
});

test('a name that does not exist is DNS_FAILED by the real resolver', async () => {
  const transport = createUndiciTransport();
  onTestFinished(() => transport.close());
  const error = await failureOf(transport.send(httpRequest('http://does-not-exist.invalid/'), sendContext()));
  expect(error.code).toBe('DNS_FAILED');
});

test('an error without known code is translated by its phase, and its text is not shown', () => {
  const odd = Object.assign(new Error('secret text'), { code: 'EODD' });
  const codes = (['connect', 'send', 'read'] as const).map(phase => {
    const error = translateForeignError(odd, { ...place, phase });
    expect(error.message).not.toContain('secret text');
    return [error.code, error.stage];
  });
  expect(codes).toEqual([
    ['CONNECTION_FAILED', 'send'],
    ['CONNECTION_LOST', 'send'],
    ['CONNECTION_LOST', 'read'],
  ]);
  expect(translateForeignError('no error at all', place).code).toBe('CONNECTION_LOST');
});

test('an error of Ferrule stays itself', () => {
  const own = new FerruleError('ABORTED', 'x');
  expect(translateForeignError(own, place)).toBe(own);
});

test('inherited names are no codes', () => {
  const odd = Object.assign(new Error('x'), { code: 'constructor' });
  expect(translateForeignError(odd, place).code).toBe('CONNECTION_LOST');
});
