import { FerruleError } from '../errors.ts';
import type { Connection } from './connection-value.ts';

/** What the credential of a connection was taken to be. */
export interface GuessedAuthorization {
  readonly guess: 'token' | 'apiKey' | 'basic';
  readonly headers: { readonly Authorization: string };
}

/**
 * The header that raw requests of the SDK would carry, guessed from what the connection has: an access token, a field `apiKey`,
 * the fields `username` and `password`, in this order.
 * @throws FerruleError CREDENTIAL_INVALID when it has none of them
 */
export function guessAuthorization({
  token,
  fields,
}: Pick<Connection, 'token' | 'fields'>): GuessedAuthorization {
  const accessToken = token?.['access_token'];
  const { apiKey, username, password } = fields;
  if (accessToken) return { guess: 'token', headers: { Authorization: `Bearer ${accessToken}` } };
  if (apiKey) return { guess: 'apiKey', headers: { Authorization: `Bearer ${apiKey}` } };
  if (username && password) {
    const pair = Buffer.from(`${username}:${password}`).toString('base64');
    return { guess: 'basic', headers: { Authorization: `Basic ${pair}` } };
  }
  throw new FerruleError('CREDENTIAL_INVALID', 'How the connection authenticates cannot be guessed', {
    expected: 'an access token, a field apiKey, or the fields username and password',
    found: Object.keys(fields).join(', ') || 'no fields',
  });
}
