import type { KeyObject } from 'node:crypto';
import { createRequire } from 'node:module';
import type { asn1 as Asn1, pkcs12 as Pkcs12 } from 'node-forge';
import { FerruleError } from '../../errors/ferrule-error.ts';

type Forge = typeof import('node-forge');
type Node = Asn1.Asn1;

/** What a PKCS#12 file holds, in the forms Node takes. */
export interface IdentityBundle {
  /** DER. In the order of the file. */
  readonly certificates: readonly Buffer[];
  readonly key: KeyObject;
}

/** RFC 2315 section 14. */
const SIGNED_DATA = '1.2.840.113549.1.7.2';

let loaded: Forge | undefined;

/** Loaded when the first bundle is met: 12 ms of CPU. It only unpacks; certificates and chains are judged by Node. */
function forge(): Forge {
  loaded ??= createRequire(import.meta.url)('node-forge') as Forge;
  return loaded;
}

/**
 * The certificates of a PKCS#7 bundle (`.p7b`, RFC 2315 section 9.1), as DER.
 * They are cut out as they stand, because node-forge itself reads RSA certificates only.
 *
 * @throws FerruleError CERTIFICATE_INVALID
 */
export function readPkcs7(der: Buffer, pointer: string, name: string): readonly Buffer[] {
  const { asn1 } = forge();
  const content = parse(der, pointer, name);
  const [type, wrapper] = children(content);
  const isSignedData = typeof type?.value === 'string' && asn1.derToOid(type.value) === SIGNED_DATA;
  const signedData = isSignedData ? children(wrapper)[0] : undefined;
  const certificates = children(signedData).find(
    ({ tagClass, type: tag }) => tagClass === asn1.Class.CONTEXT_SPECIFIC && Number(tag) === 0,
  );
  const found = children(certificates).map(toDer);
  if (found.length > 0) return found;
  throw invalid(pointer, `${name} is a PKCS#7 bundle without certificates`, {
    expected: 'a bundle of certificates (.p7b), or certificates in PEM form',
  });
}

/**
 * Certificates and private key of a PKCS#12 file (`.p12`, `.pfx`, RFC 7292), in old (RC2, 3DES, SHA-1) and new
 * (PBES2, AES, SHA-2) encryption. OpenSSL 3, which Node uses, refuses the old one.
 *
 * @throws FerruleError CERTIFICATE_INVALID; never shows any of the file or its passphrase.
 */
export function readPkcs12(der: Buffer, passphrase: string | undefined, pointer: string): IdentityBundle {
  const { pki } = forge();
  const file = open(der, passphrase, pointer);
  const bags = (type: string): readonly Pkcs12.Bag[] => file.getBags({ bagType: type })[type] ?? [];
  const certificates = bags(pki.oids['certBag'] ?? '').map(bag =>
    toDer(bag.cert === undefined || bag.cert === null ? bag.asn1 : pki.certificateToAsn1(bag.cert)),
  );
  const keys = [...bags(pki.oids['pkcs8ShroudedKeyBag'] ?? ''), ...bags(pki.oids['keyBag'] ?? '')];
  const [first] = keys;
  if (first === undefined || keys.length > 1) {
    throw invalid(pointer, 'the PKCS#12 file cannot be used', {
      expected: 'one private key with its certificates',
      found: `${keys.length} private keys`,
    });
  }
  const key = first.key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(first.key)) : first.asn1;
  const crypto = process.getBuiltinModule('node:crypto');
  return { certificates, key: crypto.createPrivateKey({ key: toDer(key), format: 'der', type: 'pkcs8' }) };
}

function open(der: Buffer, passphrase: string | undefined, pointer: string): Pkcs12.Pkcs12Pfx {
  const content = parse(der, pointer, 'the PKCS#12 file');
  try {
    return forge().pkcs12.pkcs12FromAsn1(content, false, passphrase ?? '');
  } catch (error) {
    // The cause is left out: node-forge keeps parts of the file in its errors.
    const wrongPassphrase = error instanceof Error && /password|decrypt/i.test(error.message);
    throw invalid(
      pointer,
      !wrongPassphrase
        ? 'the PKCS#12 file is damaged or uses an encryption that is not known'
        : passphrase === undefined
          ? 'the PKCS#12 file is encrypted and there is no passphrase'
          : 'the PKCS#12 file cannot be opened with the passphrase',
    );
  }
}

function parse(der: Buffer, pointer: string, name: string): Node {
  try {
    return forge().asn1.fromDer(der.toString('latin1'));
  } catch {
    // The cause is left out: node-forge keeps the rest of the bytes in its errors.
    throw invalid(pointer, `${name} is damaged or cut off`);
  }
}

function children(node: Node | undefined): readonly Node[] {
  return node !== undefined && Array.isArray(node.value) ? node.value : [];
}

function toDer(node: Node): Buffer {
  return Buffer.from(forge().asn1.toDer(node).getBytes(), 'latin1');
}

function invalid(
  pointer: string,
  summary: string,
  options: { readonly expected?: string; readonly found?: string } = {},
): FerruleError {
  return new FerruleError('CERTIFICATE_INVALID', summary, { ...options, pointer });
}
