import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SecretValue } from '../../src/base/secret-value.ts';
import { createTrust } from '../../src/transport/trust/trust.ts';
import { failureOf } from '../support/failure-of.ts';
import { certificateRequest, createTestAuthority, selfSigned } from '../support/test-authority.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const root = createTestAuthority();
const leaf = root.issue({ commonName: 'api.example.com' });
const intermediate = root.issueAuthority();
const pointers = { caCert: '/config/caCert' };

const failure = (caCert: string, nowMs = Date.now()) =>
  failureOf(() => createTrust({ caCert, pointers, nowMs }));

describe('caCert is read', () => {
  test.each([
    ['as it is', root.cert],
    ['with CRLF', root.cert.replaceAll('\n', '\r\n')],
    ['with escaped line ends', root.cert.replaceAll('\r\n', '\\n').replaceAll('\n', '\\n')],
    ['on one line', root.cert.replaceAll(/\s*\n/g, ' ')],
    ['indented', root.cert.replaceAll('\n', '\n    ')],
    ['with text around it', `subject=CN = Test Root\nissuer=…\n${root.cert}\ntrailing words`],
    ['labelled X509 CERTIFICATE', root.cert.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
  ])('%s', (_, caCert) => {
    expect(createTrust({ caCert }).key).toBe(createTrust({ caCert: root.cert }).key);
  });

  test('as a bundle, every certificate of which counts', () => {
    const bundle = createTrust({ caCert: `${root.cert}\n# second\n${intermediate.cert}` });
    expect(bundle.key).not.toBe(createTrust({ caCert: root.cert }).key);
    expect(bundle.secureContext).toBeDefined();
  });

  test('even when it is the certificate of a server that signed itself', () => {
    expect(createTrust({ caCert: selfSigned().cert }).secureContext).toBeDefined();
  });
});

describe('caCert is refused, saying what was found, when it is', () => {
  const lines = root.cert.trim().split('\n');
  const cutOff = [...lines.slice(0, 6), ...lines.slice(-1)].join('\n');
  const body = root.cert.split('\n').slice(1, -2).join('\n');
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateKey = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  test.each([
    ['empty', '', 'The text is empty'],
    ['blank', ' \n ', 'The text is empty'],
    ['prose', 'please ask the administrator', 'not a certificate'],
    ['base64 without its lines', body, 'base64 without BEGIN and END lines'],
    ['without its END line', root.cert.slice(0, root.cert.indexOf('-----END')), 'Certificate 1 is cut off'],
    ['cut off inside', cutOff, 'The certificate is cut off'],
    ['damaged', root.cert.replace(/\n(.)/, '\nA$1'), 'damaged'],
    ['not base64', root.cert.replace(/\n.{4}/, '\n!!!!'), 'not base64'],
    ['hollow', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', 'nothing at all'],
    ['a leaf', leaf.cert, 'the certificate of a server or client, not of the authority that signed it'],
    ['a private key', privateKey, 'a private key, which does not belong here'],
    ['a certificate with its key', `${root.cert}\n${privateKey}`, 'Certificate 2 of 2 is a private key'],
    ['a public key', key.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'a public key'],
    ['a request', certificateRequest(), 'a certificate request (CSR)'],
    ['a damaged PKCS#7 bundle', '-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----', 'damaged'],
    [
      'a PKCS#7 bundle of nothing',
      '-----BEGIN PKCS7-----\nMAsGCSqGSIb3DQEHAg==\n-----END PKCS7-----',
      'a PKCS#7 bundle without certificates',
    ],
    [
      'a chain that begins with the server',
      `${leaf.cert}${root.cert}`,
      'Certificate 1 of 2 is the certificate of a server',
    ],
  ])('%s', async (_, caCert, message) => {
    const error = await failure(caCert);
    expect([error.code, error.pointer]).toEqual(['CERTIFICATE_INVALID', '/config/caCert']);
    expect(error.message).toContain(message);
  });

  test('a private key, without showing any of it', async () => {
    const error = await failure(privateKey);
    const shown = JSON.stringify(error) + String(error.stack) + String(error.cause);
    for (const line of privateKey.split('\n').slice(1, -2)) expect(shown).not.toContain(line.slice(0, 8));
  });

  test('expired or not yet valid, by the clock that is given', async () => {
    const notBefore = new Date(Date.UTC(2030, 0, 1));
    const notAfter = new Date(Date.UTC(2031, 0, 1));
    const dated = createTestAuthority({ notBefore, notAfter });
    expect((await failure(dated.cert, notAfter.getTime() + DAY_MS)).message).toContain(
      'expired on 2031-01-01',
    );
    expect((await failure(dated.cert, notBefore.getTime() - DAY_MS)).message).toContain(
      'not valid before 2030-01-01',
    );
    expect(createTrust({ caCert: dated.cert, nowMs: notBefore.getTime() + DAY_MS }).key).toBeDefined();
    const second = await failure(root.cert + dated.cert, Date.UTC(2027, 0, 1));
    expect(second.message).toContain('Certificate 2 of 2 is not valid before 2030-01-01');
  });

  test('missing while it should replace the roots', async () => {
    const error = await failureOf(() => createTrust({ caMode: 'replace' }));
    expect(error.message).toContain('nothing would be trusted');
  });
});

describe('the key of a trust', () => {
  test('differs by certificates, mode, version, server name and client certificate', () => {
    const other = createTestAuthority({ commonName: 'Other' });
    const keys = [
      createTrust(),
      createTrust({ minVersion: 'TLSv1.3' }),
      createTrust({ serverName: 'internal.example.com' }),
      createTrust({ caCert: root.cert }),
      createTrust({ caCert: root.cert, caMode: 'replace' }),
      createTrust({ caCert: other.cert }),
      createTrust({ clientCertificate: leaf }),
    ].map(trust => trust.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('trust in the roots alone is one shared plan, and its context is built once', () => {
    expect(createTrust()).toBe(createTrust({ caCert: null, caMode: 'extend', minVersion: 'TLSv1.2' }));
    expect(createTrust().secureContext).toBe(createTrust().secureContext);
  });
});

describe('the client certificate', () => {
  const failing = (clientCertificate: { cert: string; key: string; passphrase?: string }) =>
    failureOf(() =>
      createTrust({ clientCertificate, pointers: { clientCertificate: '/config/tls/clientCertificate' } }),
    );
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const encrypted = other
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' })
    .toString();

  test('is taken with its chain and its key, secret or not', () => {
    const trust = createTrust({ clientCertificate: { cert: leaf.chain, key: new SecretValue(leaf.key) } });
    expect(trust.secureContext).toBeDefined();
  });

  test.each([
    [
      'a key of another certificate',
      { cert: leaf.cert, key: other.export({ type: 'pkcs8', format: 'pem' }).toString() },
      'key',
      'does not belong',
    ],
    ['no key at all', { cert: leaf.cert, key: leaf.cert }, 'key', 'not a private key'],
    ['a damaged key', { cert: leaf.cert, key: leaf.key.replace(/\n.{8}/, '\nAAAAAAAA') }, 'key', 'damaged'],
    ['an encrypted key without passphrase', { cert: leaf.cert, key: encrypted }, 'key', 'no passphrase'],
    [
      'an encrypted key with a wrong passphrase',
      { cert: leaf.cert, key: encrypted, passphrase: 'wrong' },
      'key',
      'cannot be decrypted',
    ],
    ['key and certificate swapped', { cert: leaf.key, key: leaf.cert }, 'cert', 'a private key'],
    ['an expired certificate', root.issue({ notAfter: new Date(Date.now() - DAY_MS) }), 'cert', 'expired'],
  ])('is refused with %s, without showing key or passphrase', async (_, certificate, field, message) => {
    const error = await failing(certificate);
    expect([error.code, error.pointer]).toEqual([
      'CERTIFICATE_INVALID',
      `/config/tls/clientCertificate/${field}`,
    ]);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('wrong');
    expect(error.cause).toBeUndefined();
  });
});
