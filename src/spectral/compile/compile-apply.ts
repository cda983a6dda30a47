import type { ApplyDefinition } from '../apply-definition.ts';
import { defined } from './compile-oauth.ts';
import type { NativeNames } from './native-names.ts';

interface Placement {
  readonly in: 'header' | 'query' | 'cookie';
  readonly name: string;
  readonly value: string;
}

/** The part of a native definition that says how the credential goes on a request. */
export interface AppliedCredential {
  readonly auth: Readonly<Record<string, unknown>> | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Places that hold a secret belong to the authentication; constants and other fields beside it are headers and parameters of every
 * operation, since everything of the authentication is masked. Where nothing is a secret, all of it counts as the credential.
 * @param tokenAuth the strategy that fetches a token, when there is one
 */
export function applyCredential(
  apply: ApplyDefinition,
  tokenAuth: Readonly<Record<string, unknown>> | undefined,
  names: NativeNames,
): AppliedCredential {
  const placements = toPlacements(apply, names);
  const secret = placements.filter(({ value }) => names.usesSecret(value));
  const plain = toSettings(placements.filter(each => !secret.includes(each)));
  if (tokenAuth !== undefined) {
    const carriesToken = placements.some(({ value }) => value.includes('<<token>>'));
    const own = carriesToken ? [] : [tokenHeader(apply)];
    return { auth: { ...tokenAuth, placements: [...own, ...secret] }, ...plain };
  }
  if (apply.basic !== undefined) {
    const text = (part: 'username' | 'password') =>
      names.toNative(apply.basic?.[part] ?? '', `/apply/basic/${part}`);
    const auth = { authType: 'basic', username: text('username'), password: text('password') };
    return { auth, ...toSettings(placements) };
  }
  if (placements.length === 0) return { auth: null, headers: {}, params: {} };
  return secret.length === 0
    ? { auth: { authType: 'api_key', keys: placements }, headers: {}, params: {} }
    : { auth: { authType: 'api_key', keys: secret }, ...plain };
}

/** The header that carries the token unless the definition says where it goes. */
function tokenHeader({ header = 'Authorization', prefix = 'Bearer' }: ApplyDefinition): Placement {
  return { in: 'header', name: header, value: prefix === '' ? '<<token>>' : `${prefix} <<token>>` };
}

function toPlacements(
  { headers, query, cookies }: ApplyDefinition,
  names: NativeNames,
): readonly Placement[] {
  const list = (place: Placement['in'], of: string, texts: Record<string, string> = {}) =>
    Object.entries(texts).map(([name, text]) => ({
      in: place,
      name,
      value: names.toNative(text, `/apply/${of}/${name}`),
    }));
  return [
    ...list('header', 'headers', headers),
    ...list('query', 'query', query),
    ...list('cookie', 'cookies', cookies),
  ];
}

/** Beside a strategy that places nothing else, as headers and parameters of every operation. */
function toSettings(placements: readonly Placement[]): Pick<AppliedCredential, 'headers' | 'params'> {
  const of = (place: Placement['in']) =>
    Object.fromEntries(placements.filter(each => each.in === place).map(({ name, value }) => [name, value]));
  const cookies = placements
    .filter(each => each.in === 'cookie')
    .map(({ name, value }) => `${name}=${value}`);
  const cookie = cookies.length === 0 ? undefined : cookies.join('; ');
  return {
    headers: defined({ ...of('header'), Cookie: cookie }) as Readonly<Record<string, string>>,
    params: of('query'),
  };
}
