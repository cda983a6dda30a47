import type { ConnectionInput as NativeConnection } from '../../index.ts';
import { type BoundValues, toBoundValues } from './bound-values.ts';
import { defined } from './compile-oauth.ts';
import { tokenMemberTag } from './native-names.ts';

export interface GivenToken {
  readonly token: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly nowMs: number;
}

/** Of the authorization code grant alone. */
const CODE_FIELDS = ['account', 'redirectUri', 'authorizationUrl', 'authorizationParams', 'keepCallback'];

/** Secrets of a definition that was given its token; the blanks keep them from being names of inputs. */
const ACCESS = 'given access token';
const REFRESH = 'given refresh token';

/**
 * The definition for a token that somebody has already: it is placed as it is; when it is over and can be renewed, its refresh
 * token is the grant.
 */
export function withGivenToken(definition: NativeConnection, given: GivenToken): NativeConnection {
  const { token, context } = given;
  const auth: Readonly<Record<string, unknown>> = Object(definition.config.auth);
  if (auth['placements'] === undefined) return definition;
  const fromCallback = Object.entries(context);
  const refreshToken = token['refresh_token'];
  const isRenewable =
    auth['authType'] === 'oauth2' && typeof refreshToken === 'string' && refreshToken !== '';
  if (isRenewable && isOver(given)) {
    const kept = Object.entries(auth).filter(([name]) => !CODE_FIELDS.includes(name));
    const renewing = { ...Object.fromEntries(kept), grant: 'refresh_token', refreshToken: `<<${REFRESH}>>` };
    return withAuth(
      definition,
      renewing,
      { [REFRESH]: refreshToken },
      toBoundValues(definition, fromCallback),
    );
  }
  const members = Object.entries(token).map(([name, value]) => [tokenMemberTag(name), value] as const);
  // Of a token answer only addresses are surely no secret.
  const values = toBoundValues(
    definition,
    [...fromCallback, ...members],
    (name, text) => isOfToken(name) && !isUrl(text),
  );
  const placements = (auth['placements'] as readonly { readonly value: string }[]).map(placement => ({
    ...placement,
    value: placement.value.replaceAll('<<token>>', `<<${ACCESS}>>`),
  }));
  const placed = { authType: 'api_key', keys: placements };
  return withAuth(definition, placed, { [ACCESS]: String(token['access_token'] ?? '') }, values);
}

/** By `expires_at`, in seconds or milliseconds since the Unix epoch or as a date. Without it a token counts as good. */
function isOver({ token, nowMs }: GivenToken): boolean {
  const { expires_at: end } = token;
  if (typeof end !== 'number' && (typeof end !== 'string' || end === '')) return false;
  const number = Number(end);
  const atMs = Number.isFinite(number) ? (number < 1e11 ? number * 1000 : number) : Date.parse(`${end}`);
  return Number.isFinite(atMs) && atMs <= nowMs;
}

function withAuth(
  definition: NativeConnection,
  auth: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>>,
  bound: BoundValues,
): NativeConnection {
  const { config } = definition;
  return {
    ...definition,
    secrets: { ...definition.secrets, ...bound.secrets, ...secrets },
    config: { ...config, auth: defined(auth), values: { ...config.values, ...bound.values } },
  } as NativeConnection;
}

function isOfToken(name: string): boolean {
  return name.startsWith(tokenMemberTag(''));
}

function isUrl(text: string): boolean {
  return /^https?:\/\/[^?#@\s]*$/i.test(text);
}
