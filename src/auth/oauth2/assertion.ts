import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { fingerprint } from '../../base/fingerprint.ts';
import { type SignatureAlgorithm, signJwt } from '../../base/json-web-token.ts';
import type { AssertionPlan } from '../../compile/auth/assertion.ts';
import type { RenderScope } from '../../compile/render-scope.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';

/** What goes into an assertion unless its definition says otherwise. */
export interface AssertionFacts {
  /** The claim `iss`. */
  readonly issuer: string | undefined;
  /** The claim `sub`. */
  readonly subject: string | undefined;
  /** The claim `aud`. */
  readonly audience: string;
  /** Signs where the definition names no key. */
  readonly clientSecret: string | undefined;
}

/** Makes a token of a plan. */
export type Signer = (plan: AssertionPlan, scope: RenderScope, facts: AssertionFacts) => string;

export interface SigningParts {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** A new claim `jti` each time. */
  newId(): string;
}

/** Signs assertions (RFC 7523 section 3): valid from now, for one use. */
export function createSigner({ now, newId }: SigningParts): Signer {
  return (plan, scope, facts) => {
    const issuedAt = Math.floor(now() / 1000);
    const claims = toClaims(plan, scope, facts, {
      iat: issuedAt,
      exp: issuedAt + plan.lifetimeSeconds,
      jti: newId(),
    });
    const key = toSigningKey(plan, toKeyText(plan, scope, facts));
    return signJwt({ alg: plan.algorithm, ...toHeader(plan, scope) }, claims, key);
  };
}

/** Stands in for signing where a token request is only named: equal for equal keys and claims, whenever it is made. */
export const nameAssertion: Signer = (plan, scope, facts) =>
  fingerprint(
    plan.algorithm,
    toKeyText(plan, scope, facts),
    JSON.stringify(toHeader(plan, scope)),
    JSON.stringify(toClaims(plan, scope, facts, {})),
  );

function toClaims(
  plan: AssertionPlan,
  scope: RenderScope,
  facts: AssertionFacts,
  times: Readonly<Record<string, unknown>>,
): object {
  const own = {
    iss: plan.issuer?.render(scope) ?? facts.issuer,
    sub: plan.subject?.render(scope) ?? facts.subject,
    aud: plan.audience?.render(scope) ?? facts.audience,
    ...times,
  };
  const declared: unknown = plan.claims === null ? {} : JSON.parse(plan.claims.render(scope));
  const claims = Object.entries({ ...own, ...Object(declared) });
  return Object.fromEntries(claims.filter(([, value]) => value !== null && value !== undefined));
}

function toHeader(plan: AssertionPlan, scope: RenderScope): Readonly<Record<string, string>> {
  const keyId = plan.keyId?.render(scope) ?? '';
  const certificate = plan.certificate?.render(scope) ?? '';
  return {
    ...(keyId === '' ? {} : { kid: keyId }),
    ...(certificate === '' ? {} : { 'x5t#S256': toThumbprint(certificate, `${plan.pointer}/certificate`) }),
  };
}

/** RFC 7515 section 4.1.8: SHA-256 of the certificate's DER form. */
function toThumbprint(pem: string, pointer: string): string {
  try {
    const { fingerprint256 } = new X509Certificate(pem.replaceAll('\\n', '\n'));
    return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  } catch (cause) {
    throw new FerruleError('CREDENTIAL_INVALID', 'The certificate of the assertion cannot be read', {
      pointer,
      expected: 'a certificate in PEM form',
      cause,
    });
  }
}

function toKeyText(plan: AssertionPlan, scope: RenderScope, { clientSecret }: AssertionFacts): string {
  const key = plan.key?.render(scope) ?? clientSecret ?? '';
  if (key !== '') return key;
  throw new FerruleError('CREDENTIAL_INVALID', 'There is no key to sign the assertion with', {
    pointer: `${plan.pointer}/key`,
    expected: plan.algorithm.startsWith('HS') ? 'a shared secret' : 'a private key in PEM form',
  });
}

/** Node signs RS256 with an elliptic key without complaint, and no server accepts that; so the kinds are compared. */
function toSigningKey(plan: AssertionPlan, text: string): KeyObject | string {
  if (plan.algorithm.startsWith('HS')) return text;
  const key = toPrivateKey(text, `${plan.pointer}/key`);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const found = type === 'ec' ? `${details?.namedCurve}` : `${type}`;
  if (keyKinds(plan.algorithm).includes(found)) return key;
  throw new FerruleError('CREDENTIAL_INVALID', `The key cannot sign ${plan.algorithm}`, {
    pointer: `${plan.pointer}/key`,
    expected: `a key of type ${keyKinds(plan.algorithm).join(' or ')}`,
    found: `a key of type ${found}`,
  });
}

function keyKinds(algorithm: SignatureAlgorithm): readonly string[] {
  if (algorithm === 'ES256') return ['prime256v1'];
  if (algorithm === 'ES384') return ['secp384r1'];
  if (algorithm === 'ES512') return ['secp521r1'];
  if (algorithm === 'EdDSA') return ['ed25519', 'ed448'];
  return algorithm.startsWith('PS') ? ['rsa', 'rsa-pss'] : ['rsa'];
}

/** The error of node:crypto says nothing about the text, so it may be the cause. */
export function toPrivateKey(text: string, pointer: string): KeyObject {
  try {
    return createPrivateKey(text.replaceAll('\\n', '\n'));
  } catch (cause) {
    throw new FerruleError('CREDENTIAL_INVALID', 'The key of the assertion cannot be read', {
      pointer,
      expected: 'a private key in PEM form, without passphrase',
      cause,
    });
  }
}
