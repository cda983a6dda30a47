import { constants, createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';

/** The algorithms of RFC 7518 section 3.1 and RFC 8037 that sign; `none` is not one of them. */
export const signatureAlgorithms = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

/** For HS: the shared secret. For the others: a private key, as PEM text or as an object of node:crypto. */
export type SigningKey = string | Uint8Array | KeyObject;

export function isSignatureAlgorithm(name: unknown): name is SignatureAlgorithm {
  return signatureAlgorithms.some(algorithm => algorithm === name);
}

/**
 * A signed token in compact form (RFC 7515 section 7.1). Members keep the order in which they are given; `alg` stands
 * first. Throws what node:crypto throws when the key does not fit the algorithm.
 */
export function signJwt(
  header: Readonly<Record<string, unknown>> & { readonly alg: SignatureAlgorithm },
  claims: object,
  key: SigningKey,
): string {
  const { alg, ...rest } = header;
  const input = `${encode({ alg, typ: 'JWT', ...rest })}.${encode(claims)}`;
  return `${input}.${toJwsSignature(alg, input, key).toString('base64url')}`;
}

/** The claims of a token in compact form, its signature not looked at; undefined for any other text. */
export function readJwtClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  return decodePart(parts[1]);
}

/** The header of a token in compact form; undefined for any other text. */
export function readJwtHeader(token: string): Readonly<Record<string, unknown>> | undefined {
  const parts = token.split('.');
  return parts.length === 3 ? decodePart(parts[0]) : undefined;
}

function decodePart(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (part === undefined || !/^[\w-]+$/.test(part)) return undefined;
  try {
    const decoded: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    const isRecord = typeof decoded === 'object' && decoded !== null && !Array.isArray(decoded);
    return isRecord ? (decoded as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    // Three words with dots between them are not always a token.
    return undefined;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** The signature of a signing input (RFC 7515 section 5.1, steps 5 and 6). */
export function toJwsSignature(alg: SignatureAlgorithm, input: string, key: SigningKey): Buffer {
  const digest = `sha${alg.slice(2)}`;
  if (alg.startsWith('HS')) return createHmac(digest, key).update(input).digest();
  const privateKey = typeof key === 'string' || key instanceof Uint8Array ? toPrivateKey(key) : key;
  const data = Buffer.from(input);
  if (alg === 'EdDSA') return sign(null, data, privateKey);
  if (alg.startsWith('ES')) return sign(digest, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('RS')) return sign(digest, data, privateKey);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return sign(digest, data, { key: privateKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

/** Forms and environment files often turn the line breaks of a PEM text into `\n`; they are put back. */
function toPrivateKey(key: string | Uint8Array): KeyObject {
  const text = typeof key === 'string' ? key.replaceAll('\\n', '\n') : Buffer.from(key);
  return createPrivateKey(text);
}
