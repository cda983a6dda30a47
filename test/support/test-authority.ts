import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import forge from 'node-forge';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface CertificateOptions {
  readonly commonName?: string;
  /** Names and addresses of the server; localhost, 127.0.0.1 and ::1 by default. */
  readonly hosts?: readonly string[];
  /** The kind of key of a server or client; RSA with 2048 bits by default. */
  readonly key?: KeyKind;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export type KeyKind = 'rsa' | 'weak rsa' | 'ec' | 'ed25519';

/** PEM texts. `chain` is the certificate and the intermediate ones above it, without the root. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly chain: string;
}

export interface TestAuthority {
  readonly cert: string;
  issue(options?: CertificateOptions): Issued;
  issueAuthority(options?: CertificateOptions): TestAuthority;
}

/** A root authority. Keys are made once per test file: making them is what takes time. */
export function createTestAuthority(options: CertificateOptions = {}): TestAuthority {
  return toAuthority(make({ commonName: 'Test Root', ...options }, true, undefined), '');
}

/** A server certificate that signed itself and is no authority. */
export function selfSigned(options: CertificateOptions = {}): Issued {
  const { cert, pem } = make({ commonName: 'localhost', ...options }, false, undefined);
  void cert;
  return { cert: pem, key: keyPem('leaf'), chain: pem };
}

/** A request for a certificate (CSR), PEM. */
export function certificateRequest(): string {
  const request = forge.pki.createCertificationRequest();
  const { privateKey, publicKey } = keys('leaf');
  request.publicKey = publicKey;
  request.setSubject([{ name: 'commonName', value: 'localhost' }]);
  request.sign(privateKey, forge.md.sha256.create());
  return forge.pki.certificationRequestToPem(request);
}

type Role = 'root' | 'intermediate' | 'leaf';
interface Made {
  readonly cert: forge.pki.Certificate;
  readonly pem: string;
  readonly role: Role;
}
interface Keys {
  readonly privateKey: forge.pki.rsa.PrivateKey;
  readonly publicKey: forge.pki.rsa.PublicKey;
}

const cachedKeys = new Map<Role, { readonly keys: Keys; readonly pem: string }>();
let serial = 1;

function toAuthority(made: Made, above: string): TestAuthority {
  return {
    cert: made.pem,
    issue(options = {}) {
      const { pem, cert } = make({ commonName: 'localhost', ...options }, false, made);
      const { key: kind = 'rsa' } = options;
      if (kind === 'rsa') return { cert: pem, key: keyPem('leaf'), chain: pem + above };
      const pair = generatePair(kind);
      const other = signAnew(cert, pair.publicKey, keyPem(made.role));
      const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { cert: other, key, chain: other + above };
    },
    issueAuthority(options = {}) {
      const next = make({ commonName: 'Test Intermediate', ...options }, true, made);
      return toAuthority(next, next.pem + above);
    },
  };
}

function make(options: CertificateOptions, isAuthority: boolean, issuer: Made | undefined): Made {
  const role = !isAuthority ? 'leaf' : issuer === undefined ? 'root' : 'intermediate';
  const cert = forge.pki.createCertificate();
  cert.publicKey = keys(role).publicKey;
  serial += 1;
  cert.serialNumber = serial.toString(16).padStart(4, '0');
  cert.validity.notBefore = options.notBefore ?? new Date(Date.now() - DAY_MS);
  cert.validity.notAfter = options.notAfter ?? new Date(Date.now() + 365 * DAY_MS);
  const subject = [{ name: 'commonName', value: options.commonName ?? '' }];
  cert.setSubject(subject);
  cert.setIssuer(issuer === undefined ? subject : issuer.cert.subject.attributes);
  cert.setExtensions(
    isAuthority
      ? [
          { name: 'basicConstraints', cA: true, critical: true },
          { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
          { name: 'subjectKeyIdentifier' },
        ]
      : [
          { name: 'basicConstraints', cA: false },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          ...toSubjectAltName(options.hosts ?? ['localhost', '127.0.0.1', '::1']),
        ],
  );
  cert.sign(keys(issuer?.role ?? role).privateKey, forge.md.sha256.create());
  return { cert, pem: forge.pki.certificateToPem(cert), role };
}

/** RFC 5280 section 4.2.1.6: 2 is a DNS name, 7 an address. */
function toSubjectAltName(hosts: readonly string[]): object[] {
  if (hosts.length === 0) return [];
  const altNames = hosts.map(host =>
    /^[\d.]+$|:/.test(host) ? { type: 7, ip: host } : { type: 2, value: host },
  );
  return [{ name: 'subjectAltName', altNames }];
}

function generatePair(kind: KeyKind): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  if (kind === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (kind === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: kind === 'weak rsa' ? 1024 : 2048 });
}

/** The same certificate for another key, of a kind node-forge does not know. PEM. */
function signAnew(cert: forge.pki.Certificate, publicKey: KeyObject, issuerKeyPem: string): string {
  const { asn1 } = forge;
  const [tbs, algorithm] = pieces(forge.pki.certificateToAsn1(cert));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  // RFC 5280 section 4.1: the public key is the seventh field.
  pieces(tbs)[6] = asn1.fromDer(spki.toString('latin1'));
  const toSign = Buffer.from(asn1.toDer(tbs as forge.asn1.Asn1).getBytes(), 'latin1');
  const signature = createSign('sha256').update(toSign).sign(issuerKeyPem);
  const whole = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, [
    tbs as forge.asn1.Asn1,
    algorithm as forge.asn1.Asn1,
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BITSTRING, false, `\0${signature.toString('latin1')}`),
  ]);
  return forge.pem.encode({ type: 'CERTIFICATE', body: asn1.toDer(whole).getBytes() });
}

function pieces(node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] {
  return Array.isArray(node?.value) ? node.value : [];
}

function keys(role: Role): Keys {
  return cached(role).keys;
}

function keyPem(role: Role): string {
  return cached(role).pem;
}

function cached(role: Role): { readonly keys: Keys; readonly pem: string } {
  const known = cachedKeys.get(role);
  if (known !== undefined) return known;
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privateKey = forge.pki.privateKeyFromPem(
    pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  );
  const publicKey = forge.pki.publicKeyFromPem(
    pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  );
  const made = {
    keys: { privateKey, publicKey },
    pem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  cachedKeys.set(role, made);
  return made;
}
