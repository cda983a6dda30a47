import type { AuthorizationCodePlan } from '../../compile/auth/oauth-grant.ts';
import type { Oauth2Plan } from '../../compile/auth/oauth2.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { AuthCall } from '../auth-strategy.ts';
import {
  type AuthorizationState,
  invalidState,
  signState,
  toCodeChallenge,
  toCodeVerifier,
  useState,
  verifyState,
} from './authorization-state.ts';
import { toAuthorizedToken } from './authorized-token.ts';
import type { OauthParameter } from './client-authentication.ts';
import { toIssuedToken } from './issued-token.ts';
import { type OauthClient, toScopeParameter } from './oauth-client.ts';
import { isSameIssuer, type ServerMetadata } from './server-metadata.ts';
import { encodeForm, merge } from './token-request.ts';
import { readText } from './token-response.ts';

export interface BeginAuthorizationOptions {
  /** Ties the answer to one browser, such as the id of its session; give the same when completing. */
  readonly binding?: string;
  /** Milliseconds a person may take; ten minutes when left out. */
  readonly lifetimeMs?: number;
  /** Sent to the authorization endpoint besides, such as `login_hint`. */
  readonly params?: Readonly<Record<string, string>>;
}

export interface BegunAuthorization {
  /** Where the person's browser goes. */
  readonly url: string;
  readonly state: string;
  /** Milliseconds since the Unix epoch; the answer must be there before. */
  readonly expiresAtMs: number;
}

export interface CompletedAuthorization {
  /** What the server granted, when it says so. */
  readonly scope: string | undefined;
  /** Milliseconds since the Unix epoch; `Infinity` when the token has no end. */
  readonly expiresAtMs: number;
  /** True when the token can be renewed without the person. */
  readonly renewable: boolean;
  /** Parameters of the callback beyond the standard ones, such as the id of a shop or company. */
  readonly callback: Readonly<Record<string, string>>;
}

/** Both halves of the authorization code grant (RFC 6749 section 4.1), with PKCE (RFC 7636). */
export interface AuthorizationCodeActions {
  beginAuthorization(call: AuthCall, options: BeginAuthorizationOptions): Promise<BegunAuthorization>;
  completeAuthorization(
    call: AuthCall,
    callback: string,
    options: { readonly binding?: string },
  ): Promise<CompletedAuthorization>;
}

const DEFAULT_LIFETIME_MS = 10 * 60 * 1000;

/** What every authorization answer may carry; anything else of it is the host's. */
const STANDARD_PARAMETERS = [
  'code',
  'state',
  'iss',
  'session_state',
  'scope',
  'error',
  'error_description',
  'error_uri',
];

export function createAuthorizationCode(
  client: OauthClient,
  keyOf: (call: AuthCall) => string,
): AuthorizationCodeActions {
  const { plan, services } = client;
  const { clock, tokens, states, redactor } = services;
  return {
    async beginAuthorization(call, { binding = '', lifetimeMs = DEFAULT_LIFETIME_MS, params = {} }) {
      const grant = assertGrant(plan);
      const endpoint = await client.endpoint(call, 'authorization_endpoint');
      const expiresAtMs = clock.now() + lifetimeMs;
      const id = services.randomBytes(16).toString('base64url');
      const state = signState({ id, subject: keyOf(call), expiresAtMs }, { key: states.key, binding });
      const own = grant.authorizationParams
        .filter(({ text }) => !text.isAbsent(call.scope))
        .map(({ name, text }): OauthParameter => [name, text.render(call.scope)]);
      const url = toAuthorizationUrl(
        endpoint,
        merge([...toScopeParameter(plan, call), ...own], Object.entries(params)),
        {
          clientId: plan.client.id?.render(call.scope) ?? '',
          redirectUri: grant.redirectUri.render(call.scope),
          state,
          codeChallenge: toCodeChallenge(toCodeVerifier(state, states)),
        },
      );
      return { url, state, expiresAtMs };
    },
    async completeAuthorization(call, callback, { binding = '' }) {
      const grant = assertGrant(plan);
      const answer = readCallback(callback);
      const text = answer.get('state') ?? '';
      const state = verifyState(text, { key: states.key, binding }, clock.now());
      const key = keyOf(call);
      assertSubject(state, key);
      // Metadata are asked for only where the definition does not give the endpoints itself.
      const isDiscovered = plan.tokenUrl === null || grant.authorizationUrl === null;
      assertIssuer(answer, isDiscovered ? await client.metadata(call) : undefined, plan, call);
      await useState(states.store, state);
      const code = readCode(answer, plan, message => redactor.redact(message));
      redactor.addText(code);
      const tokenAnswer = await client.requestToken(call, [
        ['grant_type', 'authorization_code'],
        ['code', code],
        ['redirect_uri', grant.redirectUri.render(call.scope)],
        ['code_verifier', toCodeVerifier(text, states)],
      ]);
      const kept = new Map([...answer].filter(([name]) => grant.keepCallback.includes(name)));
      const token = await toIssuedToken(plan, tokenAnswer, { scope: call.scope, services, kept });
      await tokens.put(key, toAuthorizedToken(token, call), call.connection);
      return {
        scope: readText(tokenAnswer, 'scope'),
        expiresAtMs: token.expiresAtMs,
        renewable: token.refreshToken !== undefined,
        callback: toOwnParameters(answer),
      };
    },
  };
}

/** What the authorization endpoint is told besides what the definition adds. */
export interface AuthorizationFacts {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeChallenge: string;
}

/**
 * The URL of an authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3). Parameters that the endpoint's
 * URL has already stay, unless `params` or the standard ones say otherwise. Pure.
 */
export function toAuthorizationUrl(
  endpoint: string,
  params: readonly OauthParameter[],
  { clientId, redirectUri, state, codeChallenge }: AuthorizationFacts,
): string {
  const url = new URL(endpoint);
  const standard: readonly OauthParameter[] = [
    ['response_type', 'code'],
    ['client_id', clientId],
    ['redirect_uri', redirectUri],
    ['state', state],
    ['code_challenge', codeChallenge],
    ['code_challenge_method', 'S256'],
  ];
  const all = merge(merge([...url.searchParams], params), standard);
  url.search = encodeForm(all);
  return url.href;
}

/** The parameters of a callback: of its URL, or of the query or form alone. Throws for a parameter given twice. */
export function readCallback(callback: string): ReadonlyMap<string, string> {
  const query = URL.canParse(callback) ? new URL(callback).search : callback;
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    // RFC 6749 section 3.1: no parameter may be repeated; whoever repeats one wants two readers to disagree.
    if (parameters.has(name) && STANDARD_PARAMETERS.includes(name)) {
      throw new FerruleError(
        'AUTHORIZATION_FAILED',
        `The authorization answer has the parameter ${name} twice`,
        {
          expected: 'each parameter once (RFC 6749 section 3.1)',
        },
      );
    }
    parameters.set(name, value);
  }
  return parameters;
}

function readCode(
  answer: ReadonlyMap<string, string>,
  plan: Oauth2Plan,
  redact: (text: string) => string,
): string {
  const error = answer.get('error');
  if (error !== undefined) {
    const description = answer.get('error_description');
    const said = description === undefined ? '' : `: ${redact(description.slice(0, 500))}`;
    throw new FerruleError(
      'AUTHORIZATION_FAILED',
      `The authorization server answered with error "${redact(error.slice(0, 100))}"${said}`,
      { pointer: plan.pointer, details: { error: redact(error.slice(0, 100)) } },
    );
  }
  const code = answer.get('code') ?? '';
  if (code !== '') return code;
  throw new FerruleError('AUTHORIZATION_FAILED', 'The authorization answer has no code', {
    pointer: plan.pointer,
    expected: 'the parameter code (RFC 6749 section 4.1.2)',
  });
}

/** RFC 9207 section 2.4: an answer of another server, or of nobody, may be an attempt to mix servers up. */
function assertIssuer(
  answer: ReadonlyMap<string, string>,
  metadata: ServerMetadata | undefined,
  plan: Oauth2Plan,
  call: AuthCall,
): void {
  const given = answer.get('iss');
  const expected = metadata?.issuer ?? plan.issuer?.render(call.scope);
  if (given === undefined && metadata?.sendsIssuer !== true) return;
  if (expected === undefined || (given !== undefined && isSameIssuer(given, expected))) return;
  throw new FerruleError('AUTHORIZATION_FAILED', 'The authorization answer comes from another server', {
    pointer: `${plan.pointer}/issuer`,
    expected: `iss=${expected} (RFC 9207)`,
    found: given === undefined ? 'no iss' : given.slice(0, 200),
  });
}

function assertSubject({ subject }: AuthorizationState, key: string): void {
  if (subject !== key) throw invalidState('belongs to another connection or account');
}

function assertGrant({ grant, pointer }: Oauth2Plan): AuthorizationCodePlan {
  if (grant.grant === 'authorization_code') return grant;
  throw new FerruleError('AUTHORIZATION_UNSUPPORTED', 'The connection needs no authorization by a person', {
    pointer: `${pointer}/grant`,
    expected: 'the grant authorization_code',
    found: grant.grant,
  });
}

function toOwnParameters(answer: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...answer].filter(([name]) => !STANDARD_PARAMETERS.includes(name)));
}
