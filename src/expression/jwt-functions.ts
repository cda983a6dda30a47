import { createHash } from 'node:crypto';
import {
  isSignatureAlgorithm,
  readJwtClaims,
  readJwtHeader,
  signatureAlgorithms,
  signJwt,
} from '../base/json-web-token.ts';
import { type StaticTable, staticFunction } from './function-types.ts';
import { stringifyJson } from './json-functions.ts';
import type { Meter } from './meter.ts';
import { describeKind, isOwn, readMember } from './own-property.ts';

/** What one signature costs in steps: an RSA key of 4096 bits takes about 5 ms. */
const SIGNATURE_STEPS = 50_000;

/** Reading and signing JSON Web Tokens (RFC 7519). */
export const jwtFunctions: StaticTable = {
  jwtDecode: staticFunction('tt', ([token, part], meter) => {
    const text = String(token ?? '');
    meter.scan(text.length);
    meter.text(text.length);
    const decoded = part === 'header' ? readJwtHeader(text) : readJwtClaims(text);
    if (decoded !== undefined) return decoded;
    throw meter.failure('jwtDecode() was given something else than a token', {
      expected: 'three parts of base64url with dots between them',
    });
  }),
  jwtSign: staticFunction('xxx', ([claims, key, header], meter) => sign(claims, key, header, meter)),
};

/** The header may be just the name of the algorithm. */
function sign(claims: unknown, key: unknown, header: unknown, meter: Meter): string {
  if (!isRecord(claims)) throw wrong('an object of claims', claims, meter);
  const members = typeof header === 'string' ? { alg: header } : header;
  if (!isRecord(members)) throw wrong('an algorithm, or an object with alg', header, meter);
  const { alg, ...rest } = members;
  if (!isSignatureAlgorithm(alg)) throw wrong(signatureAlgorithms.join(', '), undefined, meter);
  const plain: object = JSON.parse(stringifyJson([claims], meter) ?? '{}');
  const keyMaterial = toKey(key, meter);
  meter.spend(SIGNATURE_STEPS);
  if (meter.isStable) {
    // A name for what would be signed: some signatures differ each time, and none is needed here.
    return createHash('sha256')
      .update(JSON.stringify([members, plain]))
      .update(keyMaterial)
      .digest('hex');
  }
  try {
    return signJwt({ alg, ...rest }, plain, keyMaterial);
  } catch {
    // The engine's message could quote the key.
    throw meter.failure(`jwtSign() cannot sign ${alg} with this key`, {
      expected: alg.startsWith('HS') ? 'a text' : 'a private key in PEM form that fits the algorithm',
    });
  }
}

/** A text, or the bytes that `{ base64: … }` and its like stand for: shared secrets are often given encoded. */
function toKey(key: unknown, meter: Meter): string | Uint8Array {
  if (typeof key === 'string' && key !== '') return key;
  if (isRecord(key)) {
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      const text = isOwn(key, encoding) ? readMember(key, encoding) : undefined;
      if (typeof text === 'string' && text !== '') return Buffer.from(text, encoding);
    }
  }
  throw wrong('a key', key, meter);
}

function wrong(expected: string, found: unknown, meter: Meter): Error {
  return meter.failure('jwtSign() cannot use one of its arguments', {
    expected,
    ...(found === undefined ? {} : { found: describeKind(found) }),
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
