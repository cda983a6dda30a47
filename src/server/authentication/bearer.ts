import { FerruleError, SecretValue } from '../../index.ts';
import type { Principal } from './principal.ts';

/** Tells who is behind a bearer credential; undefined for one that is not of its kind. */
export interface Authenticator {
  /** @throws FerruleError UNAUTHENTICATED for a credential of its kind that is not valid. */
  authenticate(credential: SecretValue): Promise<Principal | undefined>;
}

/**
 * The caller of a request, by its `Authorization: Bearer` header (RFC 6750 section 2.1). Credentials in queries and
 * forms are not looked at: they end up in logs and histories.
 *
 * @throws FerruleError UNAUTHENTICATED
 */
export async function authenticateRequest(
  headers: Headers,
  authenticators: readonly Authenticator[],
): Promise<Principal> {
  const header = headers.get('authorization');
  const text = header === null ? undefined : /^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1];
  if (text === undefined) {
    throw new FerruleError('UNAUTHENTICATED', 'The request has no bearer credential', {
      expected: 'Authorization: Bearer and an API key or a token',
      found: header === null ? 'no Authorization header' : 'another form',
    });
  }
  const credential = new SecretValue(text);
  for (const authenticator of authenticators) {
    const principal = await authenticator.authenticate(credential);
    if (principal !== undefined) return principal;
  }
  throw new FerruleError('UNAUTHENTICATED', 'The bearer credential is not known here');
}
