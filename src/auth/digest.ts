import { LruMap } from '../base/lru-map.ts';
import type { DigestPlan } from '../compile/auth/digest.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest } from '../transport/transport.ts';
import type { AuthServices, AuthStrategy } from './auth-strategy.ts';
import { readChallenges } from './challenge.ts';
import { type DigestChallenge, toDigestChallenge, toDigestCredential } from './digest-response.ts';
import { placeHeader } from './place-header.ts';
import { splitUrl } from './request-url.ts';
import { bindToUrl } from './signed-request.ts';

/** Servers of one connection whose challenges are remembered. */
const MAX_ORIGINS = 16;

/** A nonce and how often it was used. The client nonce stays, because `-sess` hashes are made of the first one. */
interface DigestSession {
  readonly challenge: DigestChallenge;
  readonly cnonce: string;
  count: number;
}

/**
 * HTTP Digest (RFC 7616). The first request to a server goes without credential and is answered with a challenge;
 * the nonce is used for all following requests until the server wants a new one.
 */
export function createDigest(plan: DigestPlan, { redactor, randomBytes }: AuthServices): AuthStrategy {
  const sessions = new LruMap<string, DigestSession>(MAX_ORIGINS);
  /** The nonce of each request that carried one, and whether it was used for the first time. */
  const uses = new WeakMap<HttpRequest, { readonly nonce: string; readonly isFirst: boolean }>();
  return {
    authenticate(request, { scope, fetchTokens }) {
      const username = plan.username.render(scope);
      const password = plan.password.render(scope);
      assertUsable(username, `${plan.pointer}/username`);
      assertUsable(password, `${plan.pointer}/password`);
      redactor.addText(password);
      const { origin, path, query } = splitUrl(request.url);
      const session = sessions.get(origin);
      if (session === undefined) return { request };
      const { challenge, cnonce } = session;
      const count = session.count + 1;
      // A dry run sends nothing, so it uses up nothing.
      if (fetchTokens) session.count = count;
      const uri = query === '' ? path : `${path}?${query}`;
      const credential = toDigestCredential(challenge, { username, password, cnonce, count, uri }, request);
      redactor.addFleeting(/response="([^"]*)"/.exec(credential)?.[1] ?? '');
      const signed = bindToUrl(
        placeHeader(request, 'Authorization', Buffer.from(credential).toString('latin1')),
      );
      uses.set(signed, { nonce: challenge.nonce, isFirst: count === 1 });
      return { request: signed };
    },
    onRejected({ request }, { headers }) {
      const offered = readChallenges(headers).filter(({ scheme }) => scheme === 'digest');
      if (offered.length === 0) return false;
      const challenge = offered.map(toDigestChallenge).find(known => known !== undefined);
      if (challenge === undefined) throw unknownAlgorithm(plan.pointer);
      const { origin } = splitUrl(request.url);
      const use = uses.get(request);
      // A nonce never used before was refused, and not for its age: user name or password are wrong.
      if (use?.isFirst === true && !challenge.stale) return false;
      const known = sessions.get(origin);
      // Another call may have brought the new nonce already; its count must go on.
      if (known === undefined || known.challenge.nonce !== challenge.nonce) {
        sessions.set(origin, { challenge, cnonce: randomBytes(16).toString('base64url'), count: 0 });
      }
      return true;
    },
  };
}

function assertUsable(text: string, pointer: string): void {
  if (!/\p{Cc}/u.test(text)) return;
  throw new FerruleError('CREDENTIAL_INVALID', 'A credential contains a control character', {
    pointer,
    expected: 'text without line breaks and control characters',
  });
}

function unknownAlgorithm(pointer: string): FerruleError {
  return new FerruleError('CREDENTIAL_INVALID', 'The server asks for a kind of Digest that is not known', {
    pointer,
    expected: 'MD5, SHA-256 or SHA-512-256, with qop auth or auth-int (RFC 7616)',
  });
}
