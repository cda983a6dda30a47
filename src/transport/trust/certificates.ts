import type { KeyObject, X509Certificate } from 'node:crypto';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { readPkcs7 } from './certificate-bundles.ts';

/** One PEM block: what its BEGIN line says, and its decoded content. */
interface PemBlock {
  readonly label: string;
  readonly base64: string;
}

/** A bundle longer than this is no bundle; the whole Mozilla list has 200 kB. Characters. */
const MAX_PEM_LENGTH = 4 * 1024 * 1024;

const crypto = () => process.getBuiltinModule('node:crypto');

/**
 * The CA certificates of a text: one or more PEM blocks, with any text around and between them, line ends of any kind,
 * also written as `\n`, also all on one line.
 *
 * @param nowMs the moment at which they must be valid, in milliseconds since the epoch.
 * @throws FerruleError CERTIFICATE_INVALID saying which certificate of the bundle is wrong and what was found instead.
 */
export function readCaCertificates(text: string, pointer: string, nowMs: number): readonly X509Certificate[] {
  const certificates = readCertificates(text, pointer);
  certificates.forEach((certificate, index) => {
    const name = nameOf(index, certificates.length);
    if (!certificate.ca && !isSelfSigned(certificate)) {
      throw invalid(
        pointer,
        `${name} is the certificate of a server or client, not of the authority that signed it`,
        {
          expected: 'a CA certificate',
          found: describeSubject(certificate),
        },
      );
    }
    assertValidAt(certificate, nowMs, pointer, name);
  });
  return certificates;
}

/**
 * The certificates of a text, first to last, those of a PKCS#7 bundle included, without judging what they are for.
 * @throws FerruleError CERTIFICATE_INVALID
 */
export function readCertificates(text: string, pointer: string): readonly X509Certificate[] {
  const blocks = readPemBlocks(text, pointer);
  const count = blocks.length;
  return blocks.flatMap((block, index) => {
    const name = nameOf(index, count);
    if (block.label === 'PKCS7' || block.label === 'CMS') {
      return readPkcs7(Buffer.from(block.base64, 'base64'), pointer, name).map(der =>
        decodeDer(der, pointer, name),
      );
    }
    if (!/^(?:X509 )?CERTIFICATE$/.test(block.label)) {
      throw invalid(pointer, `${name} is ${describeLabel(block.label)}`, {
        expected: 'certificates in PEM form only',
      });
    }
    return decodeCertificate(block, pointer, name);
  });
}

/**
 * The private key that belongs to a client certificate.
 * @throws FerruleError CERTIFICATE_INVALID; never shows any of the key.
 */
export function readPrivateKey(
  pem: string,
  passphrase: string | undefined,
  certificate: X509Certificate,
  pointer: string,
): KeyObject {
  const text = normaliseLineEnds(pem);
  const key = decodePrivateKey(text, passphrase, pointer);
  if (!certificate.checkPrivateKey(key)) {
    throw invalid(pointer, 'the private key does not belong to the certificate', {
      expected: `the key of the certificate of ${describeSubject(certificate)}`,
    });
  }
  return key;
}

/** @throws FerruleError CERTIFICATE_INVALID when the certificate has expired or is not valid yet. */
export function assertValidAt(
  certificate: X509Certificate,
  nowMs: number,
  pointer: string,
  name = 'the certificate',
): void {
  if (certificate.validToDate.getTime() < nowMs) {
    throw invalid(pointer, `${name} expired on ${toDay(certificate.validToDate)}`, {
      found: describeSubject(certificate),
    });
  }
  if (certificate.validFromDate.getTime() > nowMs) {
    throw invalid(pointer, `${name} is not valid before ${toDay(certificate.validFromDate)}`, {
      found: describeSubject(certificate),
    });
  }
}

/** True for a root, and for the certificate of a server that signed itself. */
export function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

function readPemBlocks(text: string, pointer: string): readonly PemBlock[] {
  if (text.length > MAX_PEM_LENGTH)
    throw invalid(pointer, 'the text is too long to be a list of certificates');
  const lines = normaliseLineEnds(text);
  if (lines.trim() === '') {
    throw invalid(pointer, 'the text is empty', { expected: 'a certificate in PEM form' });
  }
  const blocks: PemBlock[] = [];
  const begin = /-----BEGIN ([A-Z0-9 ]+)-----/g;
  for (let match = begin.exec(lines); match !== null; match = begin.exec(lines)) {
    const label = match[1] ?? '';
    const end = lines.indexOf(`-----END ${label}-----`, begin.lastIndex);
    const next = lines.indexOf('-----BEGIN ', begin.lastIndex);
    if (end === -1 || (next !== -1 && next < end)) {
      throw invalid(pointer, `${nameOf(blocks.length, undefined)} is cut off: its END line is missing`, {
        expected: `a line -----END ${label}-----`,
      });
    }
    blocks.push({ label, base64: lines.slice(begin.lastIndex, end).replaceAll(/\s/g, '') });
    begin.lastIndex = end;
  }
  if (blocks.length === 0) throw notPem(lines, pointer);
  return blocks;
}

function notPem(text: string, pointer: string): FerruleError {
  const bare = /^[A-Za-z0-9+/=\s]{64,}$/.test(text);
  return invalid(pointer, 'the text is not a certificate', {
    expected: 'a text that begins with -----BEGIN CERTIFICATE-----',
    found: bare ? 'base64 without BEGIN and END lines' : 'other text',
  });
}

function decodeCertificate(block: PemBlock, pointer: string, name: string): X509Certificate {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(block.base64)) {
    throw invalid(pointer, `${name} holds characters that are not base64, or nothing at all`);
  }
  return decodeDer(Buffer.from(block.base64, 'base64'), pointer, name);
}

/** @throws FerruleError CERTIFICATE_INVALID */
export function decodeDer(der: Buffer, pointer: string, name: string): X509Certificate {
  try {
    return new (crypto().X509Certificate)(der);
  } catch (cause) {
    const complete = isCompleteDer(der);
    const summary = complete ? `${name} is damaged: it cannot be read as X.509` : `${name} is cut off`;
    throw invalid(pointer, summary, { cause });
  }
}

function decodePrivateKey(text: string, passphrase: string | undefined, pointer: string): KeyObject {
  if (!/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/.test(text)) {
    throw invalid(pointer, 'the text is not a private key', {
      expected: 'a text that begins with -----BEGIN PRIVATE KEY-----',
    });
  }
  try {
    return crypto().createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    // The cause is left out: OpenSSL's message may describe the content of the key.
    const encrypted = /ENCRYPTED/.test(text);
    throw invalid(
      pointer,
      encrypted && passphrase === undefined
        ? 'the private key is encrypted and there is no passphrase'
        : encrypted
          ? 'the private key cannot be decrypted with the passphrase'
          : 'the private key is damaged',
    );
  }
}

/** Whether the outermost ASN.1 SEQUENCE is there in full (X.690 section 8.1). */
function isCompleteDer(der: Buffer): boolean {
  const first = der[1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (der[0] !== 0x30 || lengthBytes > 4 || der.length < 2 + lengthBytes) return der[0] !== 0x30;
  const length = lengthBytes === 0 ? first : der.readUIntBE(2, lengthBytes);
  return der.length >= 2 + lengthBytes + length;
}

function describeLabel(label: string): string {
  if (label.endsWith('PRIVATE KEY')) return 'a private key, which does not belong here';
  if (label.endsWith('CERTIFICATE REQUEST')) return 'a certificate request (CSR), not a certificate';
  if (label.endsWith('PUBLIC KEY')) return 'a public key, not a certificate';
  return `a PEM block "${label.slice(0, 40)}", not a certificate`;
}

function describeSubject(certificate: X509Certificate): string {
  const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1];
  return (
    (commonName ?? certificate.subject.replaceAll('\n', ', ')).slice(0, 120) ||
    'a certificate without subject'
  );
}

function nameOf(index: number, count: number | undefined): string {
  if (count === 1) return 'the certificate';
  return count === undefined ? `certificate ${index + 1}` : `certificate ${index + 1} of ${count}`;
}

/** Form fields and environment variables often carry line ends as the two characters `\n`. */
function normaliseLineEnds(text: string): string {
  return text.replaceAll(/\\r\\n|\\n|\\r|\r\n?/g, '\n');
}

function toDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function invalid(
  pointer: string,
  summary: string,
  options: { readonly expected?: string; readonly found?: string; readonly cause?: unknown } = {},
): FerruleError {
  return new FerruleError('CERTIFICATE_INVALID', summary, { ...options, pointer });
}
