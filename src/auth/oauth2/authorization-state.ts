import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SecretValue } from '../../base/secret-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { TokenStore } from '../token-store.ts';

/** What authorizations of an engine have in common. */
export interface AuthorizationStates {
  /** At least 32 unpredictable bytes; every process that may receive the callback needs the same. */
  readonly key: Uint8Array;
  /** Remembers which states were used, for as long as they are good. */
  readonly store: TokenStore;
}

/** What a state says. Nothing in it is secret: it travels through the browser. */
export interface AuthorizationState {
  /** Unpredictable; makes each state one of its kind. */
  readonly id: string;
  /** Whose authorization was begun: the name of the token. */
  readonly subject: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}

export interface StateParts extends Pick<AuthorizationStates, 'key'> {
  /** What ties the state to one browser, such as the id of its session; never sent. */
  readonly binding: string;
}

/** The bytes of a key that is given as text. */
export function toKeyBytes(key: string | SecretValue): Uint8Array {
  return Buffer.from(key instanceof SecretValue ? key.reveal() : key);
}

/** The state as it travels: content and signature. */
export function signState({ id, subject, expiresAtMs }: AuthorizationState, parts: StateParts): string {
  const content = Buffer.from(JSON.stringify([id, subject, expiresAtMs])).toString('base64url');
  return `${content}.${toSignature(content, parts)}`;
}

/**
 * What a state says that came back.
 *
 * @throws FerruleError AUTHORIZATION_STATE_INVALID when we did not sign it, for this browser, or when its time is up
 */
export function verifyState(state: string, parts: StateParts, nowMs: number): AuthorizationState {
  if (state === '') throw invalidState('is missing');
  const [content = '', signature = '', ...rest] = state.split('.');
  const expected = Buffer.from(toSignature(content, parts));
  const given = Buffer.from(signature);
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw invalidState('was not given out by this engine, or not to this browser');
  }
  const [id, subject, expiresAtMs] = JSON.parse(Buffer.from(content, 'base64url').toString('utf8'));
  if (nowMs >= expiresAtMs) throw invalidState('is too old');
  return { id, subject, expiresAtMs };
}

/**
 * The PKCE verifier of a state (RFC 7636 section 4.1): derived from the state and the engine's key, so that it need not
 * be kept between beginning and completing, and cannot be known from what the browser sees.
 */
export function toCodeVerifier(state: string, { key }: Pick<AuthorizationStates, 'key'>): string {
  return createHmac('sha256', key).update(`pkce\n${state}`).digest('base64url');
}

/** RFC 7636 section 4.2, method S256. */
export function toCodeChallenge(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** Sees to it that a state is used once, in all processes that share the store. */
export async function useState(store: TokenStore, { id, expiresAtMs }: AuthorizationState): Promise<void> {
  const spent = { token: undefined, needsReauth: undefined, discardAtMs: expiresAtMs };
  const version = await store.compareAndSet(`authorization-state:${id}`, undefined, spent);
  if (version === undefined) throw invalidState('was used already');
}

export function invalidState(why: string): FerruleError {
  return new FerruleError('AUTHORIZATION_STATE_INVALID', `The state of the authorization answer ${why}`, {
    expected: 'the state of an authorization that was begun here and is not completed yet',
  });
}

function toSignature(content: string, { key, binding }: StateParts): string {
  return createHmac('sha256', key)
    .update(`state\n${binding.length}\n${binding}\n${content}`)
    .digest('base64url');
}
