import type { KeyObject, X509Certificate } from 'node:crypto';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { SecretValue } from '../../base/secret-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { readPkcs12 } from './certificate-bundles.ts';
import {
  assertValidAt,
  decodeDer,
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
  /**
   * SHA-256 fingerprints, as Node writes them: the server's certificate must have one of them, and that takes the place
   * of chain, dates and host name. Empty: those are checked.
   */
  readonly fingerprints: readonly string[];
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
  /** SHA-256 fingerprints of the server's own certificate: hexadecimal, with or without colons. */
  readonly fingerprint256?: string | readonly string[] | null;
  /** Where the certificates stand in the definition, for messages. */
  readonly pointers?: {
    readonly caCert?: string;
    readonly clientCertificate?: string;
    readonly fingerprint256?: string;
  };
  /** The moment at which the certificates must be valid; milliseconds since the epoch, now by default. */
  readonly nowMs?: number;
}

/** Either `cert` and `key`, PEM, or `pkcs12`. */
export interface ClientCertificate {
  /** The first certificate is the client's own, those after it lead to its authority. */
  readonly cert?: string | SecretValue | undefined;
  readonly key?: string | SecretValue | undefined;
  /** A PKCS#12 file (`.p12`, `.pfx`) in base64. */
  readonly pkcs12?: string | SecretValue | undefined;
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
  const pins = readFingerprints(options.fingerprint256 ?? [], options.pointers?.fingerprint256);
  if (
    pins.length === 0 &&
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
      pins,
    ]),
    serverName,
    pins,
    toBuild(
      authorities.map(certificate => certificate.toString()),
      caMode,
      client,
      minVersion,
    ),
  );
}

/**
 * Judges a client certificate, or a `cert` without its key, without making anything of it.
 *
 * @throws FerruleError CERTIFICATE_INVALID
 */
export function assertClientCertificate(
  certificate: ClientCertificate,
  nowMs: number,
  pointer: string,
): void {
  const { cert, key, pkcs12 } = certificate;
  if (key !== undefined || pkcs12 !== undefined) readClientIdentity(certificate, nowMs, pointer);
  else if (cert !== undefined) readClientChain(textOf(cert), nowMs, `${pointer}/cert`);
}

class LazyTrustPlan implements TrustPlan {
  readonly key: string;
  readonly serverName: string | undefined;
  readonly fingerprints: readonly string[];
  readonly #build: () => SecureContext;
  #context: SecureContext | undefined;

  constructor(
    key: string,
    serverName: string | undefined,
    pins: readonly string[],
    build: () => SecureContext,
  ) {
    this.key = key;
    this.serverName = serverName;
    this.fingerprints = pins;
    this.#build = build;
  }

  get secureContext(): SecureContext {
    this.#context ??= this.#build();
    return this.#context;
  }
}

/** Most connections trust Node's roots and nothing else: they share one context. */
const defaultTrust: TrustPlan = new LazyTrustPlan(
  'default',
  undefined,
  [],
  toBuild([], 'extend', undefined, 'TLSv1.2'),
);

/** Keeps the text of certificates: objects of them take twice the memory. */
function toBuild(...parts: Parameters<typeof buildContext>): () => SecureContext {
  return () => buildContext(...parts);
}

function buildContext(
  pems: readonly string[],
  caMode: 'extend' | 'replace',
  client: ClientIdentity | undefined,
  minVersion: 'TLSv1.2' | 'TLSv1.3',
): SecureContext {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  const context = process.getBuiltinModule('node:tls').createSecureContext({
    minVersion,
    ...(caMode === 'replace' ? { ca: [...pems] } : {}),
    // An author who pastes an intermediate certificate without its root means to trust it.
    ...(pems.every(pem => isSelfSigned(new X509Certificate(pem)))
      ? {}
      : ({ allowPartialTrustChain: true } as SecureContextOptions)),
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
  certificate: ClientCertificate,
  nowMs: number,
  pointer = '/config/tls/clientCertificate',
): ClientIdentity {
  const { cert = '', key = '', pkcs12, passphrase } = certificate;
  const secret = passphrase === undefined ? undefined : textOf(passphrase);
  if (pkcs12 !== undefined) return readPkcs12Identity(textOf(pkcs12), secret, nowMs, `${pointer}/pkcs12`);
  const { chain, own } = readClientChain(textOf(cert), nowMs, `${pointer}/cert`);
  return { chain, key: readPrivateKey(textOf(key), secret, own, `${pointer}/key`) };
}

function readClientChain(pem: string, nowMs: number, pointer: string) {
  const chain = readCertificates(pem, pointer);
  const own = chain[0];
  if (own === undefined) {
    throw new FerruleError('CERTIFICATE_INVALID', 'the client certificate is empty', { pointer });
  }
  assertValidAt(own, nowMs, pointer, 'the client certificate');
  return { chain, own };
}

function readPkcs12Identity(
  base64: string,
  passphrase: string | undefined,
  nowMs: number,
  pointer: string,
): ClientIdentity {
  const text = base64.replaceAll(/-----(?:BEGIN|END) PKCS12-----|\s/g, '');
  const bundle = readPkcs12(Buffer.from(text, 'base64'), passphrase, pointer);
  const certificates = bundle.certificates.map(der => decodeDer(der, pointer, 'a certificate of the file'));
  // The client's own certificate may stand anywhere in the file.
  const own = certificates.find(certificate => certificate.checkPrivateKey(bundle.key));
  if (own === undefined) {
    throw new FerruleError('CERTIFICATE_INVALID', 'the file holds no certificate for its private key', {
      pointer,
    });
  }
  assertValidAt(own, nowMs, pointer, 'the client certificate');
  return { chain: [own, ...certificates.filter(certificate => certificate !== own)], key: bundle.key };
}

/** In the form Node uses: upper case, colons between the bytes. */
function readFingerprints(
  texts: string | readonly string[],
  pointer = '/config/tls/fingerprint256',
): readonly string[] {
  return [texts].flat().map(text => {
    const digits = text.replaceAll(/[:\s]/g, '').toUpperCase();
    if (/^[0-9A-F]{64}$/.test(digits)) return digits.replaceAll(/..(?=.)/g, '$&:');
    throw new FerruleError('CERTIFICATE_INVALID', 'the text is not a SHA-256 fingerprint', {
      pointer,
      expected: '64 hexadecimal digits, with or without colons',
      found: `${digits.length} characters`,
      hint: 'Take it from: openssl x509 -noout -fingerprint -sha256 -in server.pem',
    });
  });
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
