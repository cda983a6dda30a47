import { createHash, createHmac, randomBytes } from 'node:crypto';
import { toText } from './coercion.ts';
import { type StaticFunction, type StaticTable, staticFunction } from './function-types.ts';
import { jwtFunctions } from './jwt-functions.ts';
import type { Meter } from './meter.ts';
import { describeKind, isOwn, readMember } from './own-property.ts';
import { formatTime } from './time-format.ts';

const encodings = ['hex', 'base64', 'base64url'] as const;
type Encoding = (typeof encodings)[number];

const hmacAlgorithms = ['sha256', 'sha512', 'sha384', 'sha1', 'md5'] as const;

/** Bytes that random() gives at most. */
const MAX_RANDOM_BYTES = 1024;

/**
 * Functions for expressions about credentials, beside those of the language: encodings, digests, signatures, time and
 * chance. Where bytes are taken, a text stands for its UTF-8 bytes; `{ hex: … }`, `{ base64: … }` and
 * `{ base64url: … }` stand for the bytes they encode.
 */
export const libraryFunctions: StaticTable = {
  base64: encoder('base64'),
  base64url: encoder('base64url'),
  hex: encoder('hex'),
  base64Decode: decoder('base64'),
  base64urlDecode: decoder('base64url'),
  hexDecode: decoder('hex'),
  sha256: digest('sha256'),
  sha512: digest('sha512'),
  sha1: digest('sha1'),
  md5: digest('md5'),
  hmac: staticFunction('txxt', ([algorithm, key, data, encoding], meter) => {
    const known = oneOf(hmacAlgorithms, algorithm, 'hmac', meter);
    const bytes = toBytes(data, 'hmac', meter);
    return createHmac(known, toBytes(key, 'hmac', meter))
      .update(bytes)
      .digest(toEncoding(encoding, 'hmac', meter));
  }),
  uuid: staticFunction('', (_, meter) => toUuid(chance(16, meter))),
  random: staticFunction('nt', ([count, encoding], meter) => {
    const wanted = count === undefined ? 16 : Number(count);
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > MAX_RANDOM_BYTES) {
      throw meter.failure('random() was given a number of bytes it cannot make', {
        expected: `a whole number from 1 to ${MAX_RANDOM_BYTES}`,
      });
    }
    return chance(wanted, meter).toString(toEncoding(encoding, 'random', meter));
  }),
  now: staticFunction('tx', ([format, offset], meter) =>
    formatTime(meter.clock.now(), format, offset, meter),
  ),
  urlencode: staticFunction('tt', ([text, style], meter) => urlencode(String(text ?? ''), style, meter)),
  urldecode: staticFunction('t', ([text], meter) => {
    const given = String(text ?? '');
    meter.scan(given.length);
    return decodeURIComponent(given.replaceAll('+', ' '));
  }),
  ...jwtFunctions,
};

/** Functions whose result differs from call to call. Signing is one: ES and PS signatures contain chance. */
export const volatileFunctions: ReadonlySet<string> = new Set(['uuid', 'random', 'now', 'jwtSign']);

function encoder(encoding: Encoding): StaticFunction {
  return staticFunction('x', ([data], meter) => {
    const encoded = toBytes(data, encoding, meter).toString(encoding);
    meter.text(encoded.length);
    return encoded;
  });
}

function decoder(encoding: Encoding): StaticFunction {
  const name = `${encoding}Decode`;
  return staticFunction('t', ([text], meter) =>
    decode(String(text ?? ''), encoding, name, meter).toString('utf8'),
  );
}

function digest(algorithm: string): StaticFunction {
  return staticFunction('xt', ([data, encoding], meter) =>
    createHash(algorithm)
      .update(toBytes(data, algorithm, meter))
      .digest(toEncoding(encoding, algorithm, meter)),
  );
}

/** The bytes an argument stands for. Nothing at all is refused: it is nearly always a name that has no value. */
function toBytes(data: unknown, name: string, meter: Meter): Buffer {
  if (data === undefined || data === null) {
    throw meter.failure(`${name}() was given no value`, { expected: 'a text', found: describeKind(data) });
  }
  if (typeof data === 'object' && !Array.isArray(data)) {
    for (const encoding of encodings) {
      if (isOwn(data, encoding))
        return decode(toText(readMember(data, encoding), meter), encoding, name, meter);
    }
    throw meter.failure(`${name}() was given an object that does not say how it is encoded`, {
      expected: 'a text, { hex: … }, { base64: … } or { base64url: … }',
    });
  }
  const text = toText(data, meter);
  meter.scan(text.length);
  meter.text(text.length * 2);
  return Buffer.from(text, 'utf8');
}

const alphabets: Readonly<Record<Encoding, RegExp>> = {
  hex: /^(?:[\da-f]{2})*$/i,
  base64: /^[A-Za-z\d+/]*={0,2}$/,
  base64url: /^[\w-]*={0,2}$/,
};

/** Node drops what it cannot decode; here that is an error. */
function decode(text: string, encoding: Encoding, name: string, meter: Meter): Buffer {
  meter.scan(text.length);
  meter.text(text.length);
  const given = text.replaceAll(/\s/g, '');
  if (alphabets[encoding].test(given)) return Buffer.from(given, encoding);
  throw meter.failure(`${name}() was given a text that is not ${encoding}`);
}

function toEncoding(encoding: unknown, name: string, meter: Meter): Encoding {
  return encoding === undefined ? 'hex' : oneOf(encodings, encoding, name, meter);
}

function oneOf<Option extends string>(
  options: readonly Option[],
  given: unknown,
  name: string,
  meter: Meter,
): Option {
  const text = String(given).toLowerCase().replace('-', '');
  const found = options.find(option => option === text);
  if (found !== undefined) return found;
  throw meter.failure(`${name}() does not know one of its arguments`, { expected: options.join(', ') });
}

/** Bytes nobody can foresee; zeros where chance stands still. */
function chance(count: number, meter: Meter): Buffer {
  meter.spend(count);
  return meter.isStable ? Buffer.alloc(count) : randomBytes(count);
}

/** RFC 9562 section 5.4. */
function toUuid(bytes: Buffer): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** RFC 3986: everything but unreserved characters; with `form` as second argument, a space is `+`. */
function urlencode(text: string, style: unknown, meter: Meter): string {
  meter.text(text.length * 9);
  if (style === 'form') return new URLSearchParams([['', text]]).toString().slice(1);
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
