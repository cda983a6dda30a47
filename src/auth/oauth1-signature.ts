import { createHash, createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { Oauth1Plan } from '../compile/auth/oauth1.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest } from '../transport/transport.ts';
import { splitQuery, splitUrl } from './request-url.ts';

/** A decoded name and value. */
export type Parameter = readonly [name: string, value: string];

export interface Oauth1Secrets {
  readonly consumerSecret: string;
  readonly tokenSecret: string;
  /** PEM; used by the RSA methods only. */
  readonly privateKey: string;
}

/** RFC 5849 section 3.4.1.1. `protocolParameters` are the `oauth_…` ones, without realm and signature. */
export function toSignatureBase(request: HttpRequest, protocolParameters: readonly Parameter[]): string {
  const { scheme, host, path, query } = splitUrl(request.url);
  const parameters = [...parseForm(query), ...protocolParameters, ...readFormBody(request)];
  // Section 3.4.1.2 wants the host in lower case and without the scheme's own port, which request URLs are already.
  return [request.method, `${scheme}://${host}${path}`, normalizeParameters(parameters)]
    .map(encodeOauth)
    .join('&');
}

/** RFC 5849 sections 3.4.2 to 3.4.4; HMAC-SHA256 and RSA-SHA256 are made alike with the newer hash. */
export function signBase(
  base: string,
  method: Oauth1Plan['signatureMethod'],
  { consumerSecret, tokenSecret, privateKey }: Oauth1Secrets,
  pointer: string,
): string {
  const key = `${encodeOauth(consumerSecret)}&${encodeOauth(tokenSecret)}`;
  switch (method) {
    case 'PLAINTEXT':
      return key;
    case 'HMAC-SHA1':
      return createHmac('sha1', key).update(base).digest('base64');
    case 'HMAC-SHA256':
      return createHmac('sha256', key).update(base).digest('base64');
    case 'RSA-SHA1':
      return sign('sha1', Buffer.from(base), toRsaKey(privateKey, pointer)).toString('base64');
    case 'RSA-SHA256':
      return sign('sha256', Buffer.from(base), toRsaKey(privateKey, pointer)).toString('base64');
  }
}

/** The hash of a body that is no form, empty or not; undefined for a form, whose fields are signed themselves. */
export function hashBody(request: HttpRequest, method: Oauth1Plan['signatureMethod']): string | undefined {
  if (isForm(request)) return undefined;
  const algorithm = method.endsWith('SHA256') ? 'sha256' : 'sha1';
  return createHash(algorithm)
    .update(request.body ?? '')
    .digest('base64');
}

/** RFC 5849 section 3.6: everything but unreserved characters, in upper case. */
export function encodeOauth(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** RFC 5849 section 3.4.1.3.2: encoded, then sorted by name and value in the order of their bytes. */
function normalizeParameters(parameters: readonly Parameter[]): string {
  return parameters
    .map(([name, value]) => ({ name: encodeOauth(name), value: encodeOauth(value) }))
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

/** RFC 5849 section 3.4.1.3.1: only a body that says it is a form is one. */
function readFormBody(request: HttpRequest): readonly Parameter[] {
  if (!isForm(request) || request.body === undefined) return [];
  const { body } = request;
  return parseForm(typeof body === 'string' ? body : Buffer.from(body).toString());
}

function isForm({ headers }: HttpRequest): boolean {
  const contentType = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return contentType.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}

/** Query and form are read alike: a plus sign is a space. */
function parseForm(text: string): readonly Parameter[] {
  return splitQuery(text).map(([name, value]) => [decodeFormPart(name), decodeFormPart(value)]);
}

/** As a server decodes it; URLSearchParams would also replace what is no valid UTF-8, which servers do too. */
function decodeFormPart(text: string): string {
  return new URLSearchParams(`${text.replaceAll('=', '%3D')}=`).keys().next().value ?? '';
}

function toRsaKey(pem: string, pointer: string): KeyObject {
  const problem = (found: string, cause?: unknown) =>
    new FerruleError('CREDENTIAL_INVALID', 'The private key cannot be used', {
      pointer: `${pointer}/privateKey`,
      expected: 'an RSA private key in PEM form, without passphrase',
      found,
      cause,
    });
  if (pem === '') throw problem('an empty text');
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
    throw problem(`a key of type ${key.asymmetricKeyType}`);
  } catch (error) {
    // What OpenSSL says of a key is of no use to an author, and the text of the key must not be shown.
    throw error instanceof FerruleError ? error : problem('a text that is no private key');
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
