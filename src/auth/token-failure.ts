import { FerruleError } from '../errors/ferrule-error.ts';
import type { Token } from './token.ts';
import type { ReauthReason } from './token-store.ts';

/** A failed request is left alone for this long, at least; doubled with each failure, with jitter. */
export const MIN_RETRY_MS = 3_000;
const MAX_RETRY_MS = 30_000;

/**
 * OAuth errors that say: this grant is over, and asking again cannot bring it back. RFC 6749 section 5.2, RFC 8628
 * section 3.5, OpenID Connect Core section 3.1.2.6, and names in use beside them for a refresh token that is dead.
 * `invalid_client` is not among them: it may be put right at the server, so it is asked again, slowly.
 */
const terminalErrors: ReadonlySet<string> = new Set([
  'invalid_grant',
  'access_denied',
  'expired_token',
  'interaction_required',
  'login_required',
  'consent_required',
  'account_selection_required',
  'bad_refresh_token',
  'invalid_refresh_token',
  'token_revoked',
]);

/**
 * Why a failed token request means that the connection needs a new authorization; undefined when it does not. A
 * token source that knows it by itself throws TOKEN_NEEDS_REAUTH.
 */
export function toReauthReason(error: unknown, atMs: number): ReauthReason | undefined {
  if (!(error instanceof FerruleError)) return undefined;
  const { error: oauthError } = error.details;
  const named = typeof oauthError === 'string' ? oauthError : '';
  const { summary, pointer } = error;
  if (error.code === 'TOKEN_NEEDS_REAUTH') return { error: named, message: summary, pointer, atMs };
  if (error.code !== 'TOKEN_REFUSED' || !terminalErrors.has(named)) return undefined;
  return { error: named, message: `The connection must be authorised again: ${summary}`, pointer, atMs };
}

/**
 * What the calls get that waited for a request which ended the grant. A refresh token that is refused was an
 * authorization, which somebody has to give again. Where the definition's own credentials were refused, they get the
 * refusal itself; only later calls, for which nothing is asked any more, get TOKEN_NEEDS_REAUTH.
 */
export function toWaitersError(reason: ReauthReason, refusal: unknown, last: Token | undefined): unknown {
  return last?.refreshToken === undefined ? refusal : toReauthError(reason, refusal);
}

/** The error that every call gets until the connection is authorised again. */
export function toReauthError(
  { error, message, pointer, atMs }: ReauthReason,
  cause?: unknown,
): FerruleError {
  if (cause instanceof FerruleError && cause.code === 'TOKEN_NEEDS_REAUTH') return cause;
  return new FerruleError('TOKEN_NEEDS_REAUTH', message, {
    pointer,
    details: { ...(error === '' ? {} : { error }), since: new Date(atMs).toISOString() },
    cause,
  });
}

/** Milliseconds to wait after so many failures in a row. `random` from 0 up to 1 spreads what would come together. */
export function toRetryPauseMs(failures: number, random: number): number {
  const backoffMs = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** (failures - 1));
  return MIN_RETRY_MS + random * (backoffMs - MIN_RETRY_MS / 2);
}

/** Milliseconds for which the server asked to be left alone; 0 when it did not. */
export function toAskedPauseMs({ details }: FerruleError): number {
  const { retryAfterMs } = details;
  return typeof retryAfterMs === 'number' ? retryAfterMs : 0;
}
