import type { TagReference } from '../template/compile-template.ts';
import type { TagName } from '../template/tag-name.ts';
import type { ValuesPlan } from './values.ts';

/** The names that mean something else than a parameter. */
export interface KnownNames {
  /** Names of secrets: a tag of such a name is that secret, whatever a caller passes. */
  readonly secretNames: ReadonlySet<string>;
  /** Names that are neither secrets nor parameters, but read from `scope.locals`. Secrets come first. None by default. */
  readonly isLocal?: (name: string) => boolean;
  /** True lets them come first, where a tag of that name can only mean the local one: `<<token>>` in a placement. */
  readonly localsHideSecrets?: boolean;
  /** Names that stand for what was kept from token answers. None by default. */
  readonly kept?: KeptNames;
  readonly values?: ValuesPlan;
}

/** What templates may read of token answers. */
export interface KeptNames {
  /** By name; true for values that must not be shown. */
  readonly known: ReadonlyMap<string, boolean>;
  /** Kept later than these templates are rendered, so a tag of such a name is a mistake. */
  readonly later: ReadonlySet<string>;
}

/** What a name is, decided once. Parameters are all the names that nothing else has. */
export type Meaning =
  | { readonly kind: 'secret' | 'kept' | 'value'; readonly name: string }
  | { readonly kind: 'local' | 'parameter' };

/** A secret, a value kept from a token answer, a computed value, or else a parameter: in this order. */
export function meaningOf(
  { name, base }: TagName,
  { secretNames, isLocal, localsHideSecrets, kept, values }: KnownNames,
): Meaning {
  if (localsHideSecrets && isLocal?.(name) === true) return { kind: 'local' };
  const find = (isKnown: (candidate: string) => boolean | undefined) => [name, base].find(isKnown);
  const secret = find(candidate => secretNames.has(candidate));
  if (secret !== undefined) return { kind: 'secret', name: secret };
  if (isLocal?.(name) === true) return { kind: 'local' };
  const keptName = find(candidate => kept?.known.has(candidate) || kept?.later.has(candidate));
  if (keptName !== undefined) return { kind: 'kept', name: keptName };
  const value = find(candidate => values?.has(candidate));
  return value === undefined ? { kind: 'parameter' } : { kind: 'value', name: value };
}

/** A path or host cannot do without its values, unless a section makes them optional. */
export function isNeeded({ required, inSection, place, kind, queryName }: TagReference): boolean {
  if (required) return true;
  const isValue = kind === 'value' || kind === 'raw';
  return isValue && !inSection && queryName === undefined && (place === 'path' || place === 'host');
}
