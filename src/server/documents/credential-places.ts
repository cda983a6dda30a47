import { isObject } from './json.ts';

/**
 * Where a definition may hold a credential that is written out: `*` is each item of a list. Whatever stands there is
 * never shown, and null there means: as it was. Names and secrets of the connection are not among them.
 */
const certificate = ['clientCertificate/key', 'clientCertificate/passphrase'];
const places: readonly (readonly string[])[] = [
  ...[
    'password',
    'token',
    'clientSecret',
    'secretAccessKey',
    'sessionToken',
    'key',
    'value',
    'keys/*/value',
    'consumerSecret',
    'tokenSecret',
    'privateKey',
    'clientAssertion/key',
    'assertion',
    'assertion/key',
    'refreshToken',
    'subjectToken',
    'actorToken',
    ...certificate,
    ...certificate.map(place => `token/connection/${place}`),
    ...certificate.map(place => `token/steps/*/connection/${place}`),
    ...certificate.map(place => `token/refresh/connection/${place}`),
  ].map(place => `auth/${place}`),
  ...['key', 'pkcs12', 'passphrase'].map(part => `tls/clientCertificate/${part}`),
  'proxy/password',
].map(place => place.split('/'));

/** Texts that are one tag and nothing else, by the spelling of the tag: they name a secret and hold none. */
const oneTag: readonly (readonly [spelling: string, pattern: RegExp])[] = [
  ['<<>>', /^\s*<<[^<>]+>>\s*$/],
  ['{{}}', /^\s*\{\{[^{}]+\}\}\s*$/],
];

/** The config with every credential null that is written out in it. */
export function maskCredentials(config: unknown): unknown {
  return mapCredentials(config, value => (isCredential(value, config) ? null : value));
}

/**
 * The config with credentials put back: one that is null is what it was in `stored`, and `{"$clear": true}` is null.
 * Nothing is put back into another kind of authentication.
 */
export function restoreCredentials(config: unknown, stored: unknown): unknown {
  const sameAuth = authKindOf(config) === authKindOf(stored);
  return mapCredentials(config, (value, path) => {
    if (isClearing(value)) return null;
    if (value !== null || (path[0] === 'auth' && !sameAuth)) return value;
    const before = valueAt(stored, path);
    return isCredential(before, stored) ? before : null;
  });
}

/** Every credential that is written out in the config. */
export function credentialsOf(config: unknown): readonly string[] {
  const found: string[] = [];
  mapCredentials(config, value => {
    if (isCredential(value, config)) found.push(String(value));
    return value;
  });
  return found;
}

/** `{"$clear": true}` in place of a secret: it is to be removed. */
export function isClearing(value: unknown): boolean {
  return isObject(value) && value['$clear'] === true && Object.keys(value).length === 1;
}

function isCredential(value: unknown, config: unknown): boolean {
  if (typeof value !== 'string' || value === '') return false;
  const spellings = valueAt(config, ['templateTags']);
  const isTag = oneTag.some(
    ([spelling, pattern]) =>
      // A spelling that is switched off makes no tags.
      (!Array.isArray(spellings) || spellings.includes(spelling)) && pattern.test(value),
  );
  return !isTag;
}

type Path = readonly (string | number)[];

function mapCredentials(config: unknown, map: (value: unknown, path: Path) => unknown): unknown {
  return places.reduce((mapped, place) => mapAt(mapped, place, [], map), config);
}

function mapAt(
  value: unknown,
  [head, ...rest]: readonly string[],
  path: Path,
  map: (value: unknown, path: Path) => unknown,
): unknown {
  if (head === undefined) return map(value, path);
  if (head === '*') {
    return Array.isArray(value)
      ? value.map((item, index) => mapAt(item, rest, [...path, index], map))
      : value;
  }
  if (!isObject(value) || !Object.hasOwn(value, head)) return value;
  return { ...value, [head]: mapAt(value[head], rest, [...path, head], map) };
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, name) => {
    if (Array.isArray(at)) return typeof name === 'number' ? at[name] : undefined;
    return isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }, value);
}

function authKindOf(config: unknown): string {
  const auth = valueAt(config, ['auth']);
  return isObject(auth) ? JSON.stringify([auth['authType'] ?? auth['type'], auth['grant']]) : '';
}
