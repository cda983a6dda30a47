import { createHash } from 'node:crypto';
import type { HttpRequest } from '../transport/transport.ts';
import type { Challenge } from './challenge.ts';

/** What a server asks for, understood. RFC 7616 section 3.3. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server wrote it; undefined: it named none, which means MD5. */
  readonly algorithm: string | undefined;
  /** Name of the hash in Node's crypto. */
  readonly hash: string;
  /** The `-sess` variants mix nonce and client nonce into the hash of the password. */
  readonly isSession: boolean;
  /** undefined: the protocol of RFC 2069, which servers without qop still speak. */
  readonly qop: 'auth' | 'auth-int' | undefined;
  readonly userhash: boolean;
  /** The server says that only its nonce is outdated, the password is right. */
  readonly stale: boolean;
}

export interface DigestAnswer {
  readonly username: string;
  readonly password: string;
  readonly cnonce: string;
  /** How many requests were answered with this nonce, this one included. */
  readonly count: number;
  /** Path and query as they are sent. */
  readonly uri: string;
}

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

/** The challenge, or undefined when it asks for an algorithm or a quality of protection that is not known. */
export function toDigestChallenge({ parameters }: Challenge): DigestChallenge | undefined {
  const algorithm = parameters.get('algorithm');
  const upper = (algorithm ?? 'MD5').toUpperCase();
  const isSession = upper.endsWith('-SESS');
  const name = isSession ? upper.slice(0, -'-SESS'.length) : upper;
  const hash = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  const nonce = parameters.get('nonce');
  const offered = parameters
    .get('qop')
    ?.split(',')
    .map(each => each.trim().toLowerCase());
  const qop = (['auth', 'auth-int'] as const).find(known => offered?.includes(known));
  if (hash === undefined || nonce === undefined || (offered !== undefined && qop === undefined)) {
    return undefined;
  }
  return {
    realm: parameters.get('realm') ?? '',
    nonce,
    opaque: parameters.get('opaque'),
    algorithm,
    hash,
    isSession,
    qop,
    userhash: parameters.get('userhash')?.toLowerCase() === 'true',
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}

/** The value of the Authorization header. RFC 7616 section 3.4. */
export function toDigestCredential(
  challenge: DigestChallenge,
  answer: DigestAnswer,
  request: Pick<HttpRequest, 'method' | 'body'>,
): string {
  const { realm, nonce, opaque, algorithm, qop, userhash } = challenge;
  const count = answer.count.toString(16).padStart(8, '0');
  const response = toResponse(challenge, answer, count, request);
  const fields = [
    toUserField(challenge, answer),
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(answer.uri)}`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${count}`]),
    ...(qop === undefined && !challenge.isSession ? [] : [`cnonce=${quote(answer.cnonce)}`]),
    `response=${quote(response)}`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(userhash ? ['userhash=true'] : []),
  ];
  return `Digest ${fields.join(', ')}`;
}

/** RFC 7616 section 3.4.1. */
function toResponse(
  { hash, realm, nonce, isSession, qop }: DigestChallenge,
  { username, password, cnonce, uri }: DigestAnswer,
  count: string,
  { method, body = '' }: Pick<HttpRequest, 'method' | 'body'>,
): string {
  const digest = (content: string | Uint8Array) => createHash(hash).update(content).digest('hex');
  const user = digest(`${username}:${realm}:${password}`);
  const secret = isSession ? digest(`${user}:${nonce}:${cnonce}`) : user;
  const target = digest(qop === 'auth-int' ? `${method}:${uri}:${digest(body)}` : `${method}:${uri}`);
  if (qop === undefined) return digest(`${secret}:${nonce}:${target}`);
  return digest(`${secret}:${nonce}:${count}:${cnonce}:${qop}:${target}`);
}

/** Hashed when the server wants that; as RFC 8187 text when it holds more than ASCII. RFC 7616 sections 3.4 and 3.4.4. */
function toUserField({ hash, realm, userhash }: DigestChallenge, { username }: DigestAnswer): string {
  if (userhash) return `username="${createHash(hash).update(`${username}:${realm}`).digest('hex')}"`;
  if (/^\p{ASCII}*$/u.test(username)) return `username=${quote(username)}`;
  const encoded = encodeURIComponent(username).replaceAll(
    /['()*]/g,
    found => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `username*=UTF-8''${encoded}`;
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
