import { readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import forge from 'node-forge';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { createTrust } from '../../src/transport/trust/trust.ts';
import { failureOf } from '../support/failure-of.ts';
import { startHttpServer } from '../support/loopback-server.ts';
import { createTestAuthority } from '../support/test-authority.ts';

/** Written by OpenSSL 3, the old one with `-legacy`: RC2 for the certificates, 3DES for the key. */
const fixture = (name: string) => readFileSync(new URL(`bundles/${name}`, import.meta.url));
const PASSPHRASE = 'pw';
const root = createTestAuthority();
const server = root.issue();
const authorities = fixture('authorities.pem').toString();

const failing = (pkcs12: Buffer, passphrase?: string) =>
  failureOf(() => createTrust({ clientCertificate: { pkcs12: pkcs12.toString('base64'), passphrase } }));

describe('a PKCS#12 file', () => {
  it.each(['pbes2-rsa.p12', 'rc2-rsa.p12', 'pbes2-ec.p12'])('%s identifies the client', async name => {
    const tls = { cert: server.chain, key: server.key, ca: authorities, requestCert: true };
    await using https = await startHttpServer((request, response) => {
      const { authorized } = request.socket as TLSSocket;
      response.end(String(authorized));
    }, tls);
    await using engine = createEngine();
    const connection = engine.connection({
      name: 'Acme',
      config: {
        baseUrl: https.origin,
        caCert: root.cert,
        tls: { clientCertificate: { pkcs12: fixture(name).toString('base64'), passphrase: '<<Word>>' } },
      },
      secrets: { Word: PASSPHRASE },
      operations: [
        { name: 'Go', config: { method: 'GET', path: '/' }, outputs: { known: { value: 'body' } } },
      ],
    });
    expect((await connection.execute('Go')).outputs).toEqual({ known: 'true' });
  });

  it.each([
    ['with a wrong passphrase', fixture('pbes2-rsa.p12'), 'wrong', 'cannot be opened with the passphrase'],
    ['without its passphrase', fixture('rc2-rsa.p12'), undefined, 'there is no passphrase'],
    ['cut off', fixture('pbes2-rsa.p12').subarray(0, 900), PASSPHRASE, 'damaged or cut off'],
    ['that is something else', Buffer.from('hello there'), PASSPHRASE, 'damaged'],
    ['that is another ASN.1 structure', Buffer.from('3003020105', 'hex'), PASSPHRASE, 'damaged'],
  ])('%s is refused with a reason, and nothing of it is shown', async (_, file, passphrase, reason) => {
    const error = await failing(file, passphrase);
    expect([error.code, error.pointer]).toEqual([
      'CERTIFICATE_INVALID',
      '/config/tls/clientCertificate/pkcs12',
    ]);
    expect(error.message).toContain(reason);
    expect(error.cause).toBeUndefined();
    expect(JSON.stringify(error) + error.stack).not.toContain('wrong"');
  });

  it('whose certificate has expired is refused', async () => {
    const nowMs = Date.UTC(2060, 0, 1);
    const pkcs12 = fixture('pbes2-rsa.p12').toString('base64');
    const error = await failureOf(() =>
      createTrust({ clientCertificate: { pkcs12, passphrase: PASSPHRASE }, nowMs }),
    );
    expect(error.message).toContain('expired');
  });

  it('is given instead of certificate and key, not beside them', async () => {
    const tls = { clientCertificate: { pkcs12: 'AAAA', cert: 'a', key: 'b' } };
    await using engine = createEngine();
    const error = await failureOf(() =>
      engine.connection({ name: 'A', config: { baseUrl: 'https://a.test', tls } }),
    );
    expect(error.issues.map(({ pointer }) => pointer)).toContain('/config/tls/clientCertificate/pkcs12');
  });
});

describe('a PKCS#7 bundle', () => {
  it('of several authorities, EC among them, is trusted like the same certificates in PEM form', () => {
    const bundle = createTrust({ caCert: fixture('authorities.p7b').toString() });
    const fromPem = [...authorities.matchAll(/-----BEGIN[\s\S]*?END CERTIFICATE-----/g)].map(String);
    const keys = [fromPem, fromPem.toReversed()].map(pems => createTrust({ caCert: pems.join('\n') }).key);
    expect(keys).toContain(bundle.key);
  });

  it('makes a server of its authority trusted', async () => {
    const signed = forge.pkcs7.createSignedData();
    signed.addCertificate(root.cert);
    signed.content = forge.util.createBuffer('');
    const caCert = forge.pkcs7.messageToPem(signed);
    await using https = await startHttpServer((_, response) => response.end('ok'), {
      cert: server.chain,
      key: server.key,
    });
    await using engine = createEngine();
    const connection = engine.connection({
      name: 'Acme',
      config: { baseUrl: https.origin, caCert },
      operations: [{ name: 'Go', config: { method: 'GET', path: '/' } }],
    });
    expect(caCert).toContain('PKCS7');
    expect((await connection.execute('Go')).statusCode).toBe(200);
  });
});
