import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface CertificateOptions {
  readonly commonName?: string;
  /** Names and addresses of the server; localhost, 127.0.0.1 and ::1 by default. */
  readonly hosts?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

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
      const { pem } = make({ commonName: 'localhost', ...options }, false, made);
      return { cert: pem, key: keyPem('leaf'), chain: pem + above };
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
          {
            name: 'subjectAltName',
            altNames: toAltNames(options.hosts ?? ['localhost', '127.0.0.1', '::1']),
          },
        ],
  );
  cert.sign(keys(issuer?.role ?? role).privateKey, forge.md.sha256.create());
  return { cert, pem: forge.pki.certificateToPem(cert), role };
}

/** RFC 5280 section 4.2.1.6: 2 is a DNS name, 7 an address. */
function toAltNames(hosts: readonly string[]): object[] {
  return hosts.map(host => (/^[\d.]+$|:/.test(host) ? { type: 7, ip: host } : { type: 2, value: host }));
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
