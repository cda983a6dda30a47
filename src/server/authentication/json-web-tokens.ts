import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Clock, FerruleError } from '../../index.ts';
import type { ApiKeyScope } from '../../store.ts';
import { isLoopbackHost } from '../loopback.ts';
import type { JwtSettings } from '../settings.ts';
import type { Authenticator } from './bearer.ts';

/** Signatures by public keys only: a shared secret would let everybody who checks tokens also make them. */
const ALGORITHMS = [
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
  'Ed25519',
];
const CLOCK_TOLERANCE_SECONDS = 5;
const FETCH_TIMEOUT_MS = 5_000;
/** Anybody can send what looks like a token: while the issuer gives no keys, not every one of them makes it be asked. */
const FAILURE_KEPT_MS = 5_000;

/** Tokens (RFC 7519) of one issuer, for one audience, with an end (`exp`). Its keys are fetched when first needed. */
export function createJwtAuthenticator(settings: JwtSettings, clock: Clock): Authenticator {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  let askAgainAtMs = Number.POSITIVE_INFINITY;
  const keysOf = () => {
    if (clock.now() >= askAgainAtMs) {
      keys = undefined;
      askAgainAtMs = Number.POSITIVE_INFINITY;
    }
    keys ??= openKeys(settings).catch(error => {
      askAgainAtMs = clock.now() + FAILURE_KEPT_MS;
      throw error;
    });
    return keys;
  };
  return {
    async authenticate(credential) {
      const text = credential.reveal();
      if (text.split('.').length !== 3) return undefined;
      try {
        const { payload } = await jwtVerify(text, await keysOf(), {
          issuer: settings.issuer,
          audience: settings.audience,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(clock.now()),
          requiredClaims: ['exp', 'sub'],
        });
        const subject = payload.sub ?? '';
        return { id: `jwt:${subject}`, name: subject, scopes: scopesOf(payload, settings) };
      } catch (error) {
        throw toRefusal(error);
      }
    },
  };
}

async function openKeys({ issuer, jwksUrl }: JwtSettings): Promise<JWTVerifyGetKey> {
  const url = jwksUrl ?? (await discoverKeys(issuer));
  return createRemoteJWKSet(new URL(url), { timeoutDuration: FETCH_TIMEOUT_MS });
}

/** OpenID Connect Discovery 1.0 section 4, which appends to the issuer. */
async function discoverKeys(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  const metadata: unknown = response.ok ? await response.json() : undefined;
  const isObject = typeof metadata === 'object' && metadata !== null;
  const found = isObject && 'jwks_uri' in metadata ? metadata.jwks_uri : undefined;
  const named = isObject && 'issuer' in metadata ? metadata.issuer : undefined;
  if (typeof found === 'string' && named === issuer && isSafeUrl(found)) return found;
  throw new FerruleError('UNAUTHENTICATED', 'The issuer of tokens does not publish where its keys are', {
    hint: 'Set FERRULE_JWT_JWKS_URL, or correct FERRULE_JWT_ISSUER.',
  });
}

/** Keys that could be changed on the way would let anybody sign; on this machine nothing is on the way. */
function isSafeUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
}

function scopesOf(payload: JWTPayload, { scopeClaim, scopes }: JwtSettings): readonly ApiKeyScope[] {
  const claim = Object.hasOwn(payload, scopeClaim) ? payload[scopeClaim] : undefined;
  const words: readonly unknown[] =
    typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  const granted = words.flatMap(word => (typeof word === 'string' ? (scopes.get(word) ?? []) : []));
  return [...new Set(granted)];
}

/** Says which claim is wrong, and never repeats the token. The cause of a failed fetch is kept for the log. */
function toRefusal(error: unknown): FerruleError {
  if (error instanceof FerruleError) return error;
  if (error instanceof errors.JWTExpired) return new FerruleError('UNAUTHENTICATED', 'The token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new FerruleError('UNAUTHENTICATED', `The claim "${error.claim}" of the token is not accepted`);
  }
  if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) {
    return new FerruleError('UNAUTHENTICATED', 'The token is not one that the issuer signed', {
      details: { reason: error.code },
    });
  }
  return new FerruleError('UNAUTHENTICATED', 'The keys of the issuer cannot be fetched', { cause: error });
}
