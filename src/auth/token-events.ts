import type { ErrorCode } from '../errors/error-codes.ts';

/**
 * What was decided about a token, and why. Serialisable; holds no token, no secret and no text of a server.
 * Times are milliseconds since the Unix epoch.
 */
export type TokenEvent =
  | TokenServed
  | TokenRenewing
  | TokenRenewed
  | TokenRejected
  | TokenBackedOff
  | TokenNeedsReauth;

interface AboutToken {
  /** The name of the connection that first asked for the token. */
  readonly connection: string;
  readonly atMs: number;
}

/** A call got a token. `renewal_due`: it lives, and a new one is being asked for or soon will be. */
interface TokenServed extends AboutToken {
  readonly type: 'token_served';
  readonly reason: 'valid' | 'renewal_due' | 'waited_for';
  readonly expiresAtMs: number;
}

/** A new token is being asked for. In the `renewal_window` nobody waits for it. */
export interface TokenRenewing extends AboutToken {
  readonly type: 'token_renewing';
  readonly reason: 'missing' | 'renewal_window' | 'expired' | 'rejected';
}

/** A new token is there. `stored_by_another`: another engine on the same store had already asked for it. */
interface TokenRenewed extends AboutToken {
  readonly type: 'token_renewed';
  readonly reason: 'issued' | 'same_token_again' | 'stored_by_another' | 'authorized';
  readonly expiresAtMs: number;
}

/**
 * A server rejected a token. `superseded`: a newer one is there already. `same_token_again`: the token endpoint gave
 * this very token a moment ago when it was rejected, so it is not asked again at once.
 */
export interface TokenRejected extends AboutToken {
  readonly type: 'token_rejected';
  readonly reason: 'current' | 'superseded' | 'same_token_again';
}

/** Asking for a token failed and is left alone until `retryAtMs`. `still_waiting`: a call came before that and failed. */
interface TokenBackedOff extends AboutToken {
  readonly type: 'token_backed_off';
  readonly reason: 'request_failed' | 'still_waiting';
  readonly code: ErrorCode;
  /** How often in a row it failed. */
  readonly failures: number;
  readonly retryAtMs: number;
}

/** Only a new authorization can help. `reason` is the error code of the authorization server. */
interface TokenNeedsReauth extends AboutToken {
  readonly type: 'token_needs_reauth';
  readonly reason: string;
}

export type TokenEventListener = (event: TokenEvent) => void;

/** An event before the keeper has added who and when. */
export type TokenDecision = TokenEvent extends infer Event
  ? Event extends TokenEvent
    ? Omit<Event, keyof AboutToken>
    : never
  : never;
