import { readFileSync } from 'node:fs';
import forge from 'node-forge';
import { describe, expect, it } from 'vitest';
import { type ConnectionInput, createEngine, FerruleError } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const PASSPHRASE = 'correct horse';
const root = createTestAuthority();
const own = root.issue();
const file = readFileSync(new URL('../proof/bundles/pbes2-rsa.p12', import.meta.url)).toString('base64');
const encryptedKey = forge.pki.encryptRsaPrivateKey(forge.pki.privateKeyFromPem(own.key), PASSPHRASE);

type Config = ConnectionInput['config'];

/** Where a definition may show a certificate, and how it is written there. */
const places: readonly (readonly [pointer: string, configOf: (certificate: object) => object])[] = [
  ['/config/tls/clientCertificate', clientCertificate => ({ tls: { clientCertificate } })],
  [
    '/config/auth/clientCertificate',
    clientCertificate => ({
      auth: {
        authType: 'oauth2',
        grant: 'client_credentials',
        tokenUrl: 'https://login.test/token',
        clientId: 'me',
        clientSecret: 'hunter2',
        clientCertificate,
      },
    }),
  ],
  [
    '/config/auth/token/connection/clientCertificate',
    clientCertificate => ({
      auth: {
        authType: 'http_bearer_token',
        token: {
          connection: { baseUrl: 'https://login.test', clientCertificate },
          operation: { method: 'POST', path: '/token' },
          tokenOutput: 'body.token',
        },
      },
    }),
  ],
];

async function problemsOf(
  certificate: object,
  { configOf = places[0]?.[1], secrets = {} }: { configOf?: (part: object) => object; secrets?: object } = {},
) {
  await using engine = createEngine();
  const config = { baseUrl: 'https://a.test', ...configOf?.(certificate) } as Config;
  const compile = () => engine.connection({ name: 'Acme', config, secrets: { ...secrets } });
  const outcome = await Promise.resolve()
    .then(compile)
    .catch((error: unknown) => error);
  if (!(outcome instanceof FerruleError)) return [];
  expect(outcome.code).toBe('DEFINITION_INVALID');
  expect(JSON.stringify(outcome) + outcome.stack).not.toContain(own.key.split('\n')[3]);
  return outcome.issues.map(({ code, pointer, message }) => [code, pointer, message] as const);
}

const day = (days: number) => new Date(Date.now() + days * DAY_MS);
const expired = root.issue({ notBefore: day(-9), notAfter: day(-2) });
const early = root.issue({ notBefore: day(2), notAfter: day(9) });
const stranger = root.issue({ key: 'ec' });

describe('a client certificate that is written out', () => {
  it.each<readonly [title: string, certificate: object, member: string, reason: string]>([
    ['has expired', { cert: expired.cert, key: expired.key }, 'cert', 'expired on'],
    ['is not valid yet', { cert: early.cert, key: early.key }, 'cert', 'is not valid before'],
    ['is not PEM', { cert: 'hello', key: own.key }, 'cert', 'is not a certificate'],
    ['has the key of another', { cert: own.cert, key: stranger.key }, 'key', 'does not belong'],
    ['has a key that is none', { cert: own.cert, key: 'hello' }, 'key', 'is not a private key'],
    [
      'has a key of another passphrase',
      { cert: own.cert, key: encryptedKey, passphrase: 'wrong' },
      'key',
      'cannot be decrypted with the passphrase',
    ],
    ['has no passphrase', { cert: own.cert, key: encryptedKey }, 'key', 'there is no passphrase'],
  ])(
    'is refused when it is compiled if it %s, wherever it stands',
    async (_, certificate, member, reason) => {
      for (const [pointer, configOf] of places) {
        expect(await problemsOf(certificate, { configOf })).toEqual([
          ['CERTIFICATE_INVALID', `${pointer}/${member}`, expect.stringContaining(reason)],
        ]);
      }
    },
  );

  it('is refused when its file does not open', async () => {
    const pointer = '/config/tls/clientCertificate/pkcs12';
    expect(await problemsOf({ pkcs12: file, passphrase: 'wrong' })).toEqual([
      ['CERTIFICATE_INVALID', pointer, expect.stringContaining('cannot be opened with the passphrase')],
    ]);
    expect(await problemsOf({ pkcs12: 'hello' })).toEqual([
      ['CERTIFICATE_INVALID', pointer, expect.stringContaining('damaged')],
    ]);
  });

  it('is taken when everything fits', async () => {
    for (const [, configOf] of places) {
      expect(await problemsOf({ cert: own.cert, key: own.key }, { configOf })).toEqual([]);
      const encrypted = { cert: own.cert, key: encryptedKey, passphrase: PASSPHRASE };
      expect(await problemsOf(encrypted, { configOf })).toEqual([]);
    }
    expect(await problemsOf({ pkcs12: file, passphrase: 'pw' })).toEqual([]);
  });

  it('is told together with the problems beside it', async () => {
    await using engine = createEngine();
    const error = await failureOf(() =>
      engine.connection({
        name: 'Acme',
        config: {
          baseUrl: 'https://a.test',
          caCert: 'hello',
          tls: { clientCertificate: { cert: 'hello', key: own.key } },
        },
      }),
    );
    expect(error.issues.map(({ pointer }) => pointer)).toEqual([
      '/config/caCert',
      '/config/tls/clientCertificate/cert',
    ]);
  });
});

describe('of a certificate that names secrets', () => {
  it('those are judged whose value the definition has', async () => {
    const certificate = { cert: own.cert, key: '<<Key>>' };
    expect(await problemsOf(certificate, { secrets: { Key: own.key } })).toEqual([]);
    expect(await problemsOf(certificate, { secrets: { Key: stranger.key } })).toEqual([
      [
        'CERTIFICATE_INVALID',
        '/config/tls/clientCertificate/key',
        expect.stringContaining('does not belong'),
      ],
    ]);
    const bundle = { pkcs12: '<<File>>', passphrase: '<<Word>>' };
    expect(await problemsOf(bundle, { secrets: { File: file, Word: 'wrong' } })).toEqual([
      [
        'CERTIFICATE_INVALID',
        '/config/tls/clientCertificate/pkcs12',
        expect.stringContaining('cannot be opened'),
      ],
    ]);
  });

  it('those that the provider is asked for wait until they are shown, and what is written out does not', async () => {
    expect(await problemsOf({ cert: own.cert, key: '<<Key>>' }, { secrets: { Key: null } })).toEqual([]);
    expect(await problemsOf({ cert: '<<Cert>>', key: 'hello' }, { secrets: { Cert: null } })).toEqual([]);
    expect(await problemsOf({ pkcs12: file, passphrase: '<<Word>>' }, { secrets: { Word: null } })).toEqual(
      [],
    );
    expect(await problemsOf({ cert: expired.cert, key: '<<Key>>' }, { secrets: { Key: null } })).toEqual([
      ['CERTIFICATE_INVALID', '/config/tls/clientCertificate/cert', expect.stringContaining('expired on')],
    ]);
    const composed = { cert: own.cert, key: '{{Begin}}\n<<Key>>' };
    expect(await problemsOf(composed, { secrets: { Key: 'hello' } })).toEqual([]);
  });
});
