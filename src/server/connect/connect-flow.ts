import { randomBytes } from 'node:crypto';
import {
  type BegunAuthorization,
  type CompletedAuthorization,
  type Connection,
  FerruleError,
} from '../../index.ts';
import { isLoopbackHost } from '../loopback.ts';
import type { Services } from '../services.ts';
import { type ConnectRequest, toAccountPrompt, type WantedConnect } from './connect-request.ts';
import { keepFlow, takeFlow } from './flow-entries.ts';

/** How long somebody may take to open the link, and then to log in and consent. */
const LIFETIME_MS = 10 * 60_000;

/** A link that leads one browser, once, to the authorization server and back. */
export interface ConnectLink {
  readonly url: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
  /** What the authorization server must allow as redirect URI of the client. */
  readonly callbackUrl: string;
}

/**
 * Makes the link. The authorization is begun once for trial, so that the client is told what is wrong with the
 * connection, and not the person at the browser.
 */
export async function makeLink(
  connectionId: string,
  { switchAccount, ...request }: WantedConnect,
  services: Services,
  signal: AbortSignal,
): Promise<ConnectLink> {
  const { store, connections, clock, publicUrl } = services;
  assertReachable(publicUrl());
  const { connection } = await connections.open(connectionId);
  const trial = await begin(connection, request, '', signal);
  const { searchParams } = new URL(trial.url);
  const callbackUrl = toCallbackUrl(publicUrl());
  assertCallback(searchParams.get('redirect_uri') ?? '', callbackUrl);
  const params = switchAccount
    ? { ...request.params, prompt: toAccountPrompt(searchParams.get('prompt')) }
    : request.params;
  const token = newToken();
  const expiresAtMs = clock.now() + LIFETIME_MS;
  await keepFlow(store, 'start', token, { connectionId, request: { ...request, params } }, expiresAtMs);
  return { url: `${publicUrl()}/oauth/start/${token}`, expiresAtMs, callbackUrl };
}

/** A browser that opened a link: where it goes, and what it must bring back. */
export interface StartedFlow extends BegunAuthorization {
  readonly connectionId: string;
  /** Known to this browser alone. */
  readonly session: string;
}

/** @throws FerruleError AUTHORIZATION_STATE_INVALID, and what beginning an authorization throws */
export async function startFlow(
  token: string,
  services: Services,
  signal: AbortSignal,
): Promise<StartedFlow> {
  const { store, connections } = services;
  const flow = await takeFlow(store, 'start', token);
  const { connection } = await connections.open(flow.connectionId);
  const session = newToken();
  const begun = await begin(connection, flow.request, session, signal);
  await keepFlow(store, 'callback', begun.state, flow, begun.expiresAtMs);
  return { ...begun, connectionId: flow.connectionId, session };
}

/** An answer that came back, by what the browser says of itself. */
export interface ConnectAnswer {
  /** The query of the callback. */
  readonly query: string;
  readonly session: string | undefined;
  readonly request: ConnectRequest;
  readonly connectionId: string;
}

/** Exchanges the code and keeps the token. @throws FerruleError as `completeAuthorization` does */
export async function completeFlow(
  { query, session, request, connectionId }: ConnectAnswer,
  { connections }: Services,
  signal: AbortSignal,
): Promise<CompletedAuthorization> {
  if (session === undefined) {
    throw new FerruleError('AUTHORIZATION_STATE_INVALID', 'The authorization was begun in another browser', {
      expected: 'the browser that opened the link',
    });
  }
  const { connection } = await connections.open(connectionId);
  const { parameters } = request;
  return connection.completeAuthorization(query, { parameters, binding: session, signal });
}

export function toCallbackUrl(publicUrl: string): string {
  return `${publicUrl}/oauth/callback`;
}

async function begin(
  connection: Connection,
  { parameters, params }: ConnectRequest,
  binding: string,
  signal: AbortSignal,
): Promise<BegunAuthorization> {
  const begun = await connection.beginAuthorization({
    parameters,
    params,
    binding,
    lifetimeMs: LIFETIME_MS,
    signal,
  });
  // The endpoint may come from the metadata of a server; a browser should open a page there, and nothing else.
  if (/^https?:$/.test(new URL(begun.url).protocol)) return begun;
  throw new FerruleError('AUTHORIZATION_UNSUPPORTED', 'The authorization endpoint is no page', {
    expected: 'an https URL',
    found: new URL(begun.url).protocol,
  });
}

/** A server that others reach has a name there; the address it listens on may be none, and is plain http. */
function assertReachable(publicUrl: string): void {
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === 'https:' || isLoopbackHost(hostname.replace(/^\[|\]$/g, ''))) return;
  throw new FerruleError('AUTHORIZATION_UNSUPPORTED', 'Browsers cannot be led back to this server', {
    expected: 'its https URL in the setting FERRULE_PUBLIC_URL',
    found: publicUrl,
  });
}

function assertCallback(redirectUri: string, callbackUrl: string): void {
  if (redirectUri === callbackUrl) return;
  throw new FerruleError('AUTHORIZATION_UNSUPPORTED', 'The answer would not come back to this server', {
    pointer: '/config/auth/redirectUri',
    expected: callbackUrl,
    found: redirectUri.slice(0, 200),
  });
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}
