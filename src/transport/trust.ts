import type { KeyObject, X509Certificate } from 'node:crypto';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { SecretValue } from '../base/secret-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import {
  assertValidAt,
  isSelfSigned,
  readCaCertificates,
  readCertificates,
  readPrivateKey,
} from './certificates.ts';

/**
 * Whom a connection trusts and which certificate it shows. Whether the server's certificate is checked is not part
 * of it: it always is, chain and host name both, by Node.
 */
export interface TrustPlan {
  /** Equal keys mean equal trust. */
  readonly key: string;
  /** Built when it is first asked for: a connection over plain http never needs it. */
  readonly secureContext: SecureContext;
  /** The name to ask for in SNI and to find in the certificate, instead of the host of the URL. */
  readonly serverName: string | undefined;
}

export interface TrustOptions {
  /** One or more CA certificates in PEM form. */
  readonly caCert?: string | null;
  /** Whether `caCert` extends the roots of Node (default) or replaces them. */
  readonly caMode?: 'extend' | 'replace';
  readonly clientCertificate?: ClientCertificate | null;
  /** Default TLSv1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly serverName?: string | null;
  /** Where the certificates stand in the definition, for messages. */
  readonly pointers?: { readonly caCert?: string; readonly clientCertificate?: string };
  /** The moment at which the certificates must be valid; milliseconds since the epoch, now by default. */
  readonly nowMs?: number;
}

/** PEM. The first certificate is the client's own, those after it lead to its authority. */
export interface ClientCertificate {
  readonly cert: string | SecretValue;
  readonly key: string | SecretValue;
  readonly passphrase?: string | SecretValue | undefined;
}

interface ClientIdentity {
  readonly chain: readonly X509Certificate[];
  readonly key: KeyObject;
}

/**
 * Judges the certificates of a connection and plans the TLS context made of them.
 * @throws FerruleError CERTIFICATE_INVALID naming what was found instead of a usable certificate.
 */
export function createTrust(options: TrustOptions = {}): TrustPlan {
  const nowMs = options.nowMs ?? Date.now();
  const caMode = options.caMode ?? 'extend';
  const minVersion = options.minVersion ?? 'TLSv1.2';
  const pointer = options.pointers?.caCert ?? '/config/caCert';
  const authorities =
    typeof options.caCert === 'string' ? readCaCertificates(options.caCert, pointer, nowMs) : [];
  if (caMode === 'replace' && authorities.length === 0) {
    throw new FerruleError(
      'CERTIFICATE_INVALID',
      'caMode "replace" needs a certificate, or nothing would be trusted',
      {
        pointer,
        expected: 'a CA certificate in PEM form',
      },
    );
  }
  const client = options.clientCertificate
    ? readClientIdentity(options.clientCertificate, nowMs, options.pointers?.clientCertificate)
    : undefined;
  const serverName = options.serverName ?? undefined;
  if (
    authorities.length === 0 &&
    client === undefined &&
    serverName === undefined &&
    minVersion === 'TLSv1.2'
  ) {
    return defaultTrust;
  }
  return new LazyTrustPlan(
    keyOf([
      caMode,
      minVersion,
      serverName ?? null,
      fingerprints(authorities),
      fingerprints(client?.chain ?? []),
    ]),
    serverName,
    () => buildContext(authorities, caMode, client, minVersion),
  );
}

class LazyTrustPlan implements TrustPlan {
  readonly key: string;
  readonly serverName: string | undefined;
  readonly #build: () => SecureContext;
  #context: SecureContext | undefined;

  constructor(key: string, serverName: string | undefined, build: () => SecureContext) {
    this.key = key;
    this.serverName = serverName;
    this.#build = build;
  }

  get secureContext(): SecureContext {
    this.#context ??= this.#build();
    return this.#context;
  }
}

/** Most connections trust Node's roots and nothing else: they share one context. */
const defaultTrust: TrustPlan = new LazyTrustPlan('default', undefined, () =>
  buildContext([], 'extend', undefined, 'TLSv1.2'),
);

function buildContext(
  authorities: readonly X509Certificate[],
  caMode: 'extend' | 'replace',
  client: ClientIdentity | undefined,
  minVersion: 'TLSv1.2' | 'TLSv1.3',
): SecureContext {
  const pems = authorities.map(certificate => certificate.toString());
  const context = process.getBuiltinModule('node:tls').createSecureContext({
    minVersion,
    ...(caMode === 'replace' ? { ca: pems } : {}),
    // An author who pastes an intermediate certificate without its root means to trust it.
    ...(authorities.every(isSelfSigned) ? {} : ({ allowPartialTrustChain: true } as SecureContextOptions)),
    ...(client === undefined
      ? {}
      : {
          cert: client.chain.map(certificate => certificate.toString()).join(''),
          key: client.key.export({ type: 'pkcs8', format: 'pem' }),
        }),
  });
  // `ca` would replace the roots; the native context's own method adds to them.
  if (caMode === 'extend') for (const pem of pems) nativeContext(context).addCACert(pem);
  return context;
}

function nativeContext(context: SecureContext): { addCACert(pem: string): void } {
  return context.context as { addCACert(pem: string): void };
}

function readClientIdentity(
  { cert, key, passphrase }: ClientCertificate,
  nowMs: number,
  pointer = '/config/tls/clientCertificate',
): ClientIdentity {
  const chain = readCertificates(textOf(cert), `${pointer}/cert`);
  const own = chain[0];
  if (own === undefined) {
    throw new FerruleError('CERTIFICATE_INVALID', 'the client certificate is empty', {
      pointer: `${pointer}/cert`,
    });
  }
  assertValidAt(own, nowMs, `${pointer}/cert`, 'the client certificate');
  const secret = passphrase === undefined ? undefined : textOf(passphrase);
  return { chain, key: readPrivateKey(textOf(key), secret, own, `${pointer}/key`) };
}

function textOf(text: string | SecretValue): string {
  return text instanceof SecretValue ? text.reveal() : text;
}

/** A certificate's fingerprint fixes its public key and with it the private one, so no secret enters the key. */
function fingerprints(certificates: readonly X509Certificate[]): readonly string[] {
  return certificates.map(certificate => certificate.fingerprint256);
}

function keyOf(facts: readonly unknown[]): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', JSON.stringify(facts), 'base64url');
}
