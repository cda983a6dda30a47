import { SecretValue } from '../base/secret-value.ts';
import type { TagName } from './tag-name.ts';

/** The items of the sections around a tag, innermost first. */
export interface Frame {
  readonly item: unknown;
  readonly outer: Frame | undefined;
  /** The lengths of the lists around the tag, multiplied. */
  readonly repetitions: number;
}

/** No item has the name: the tag means a value from outside the sections. */
export const notFound = Symbol('not found');

/** Looks a name up in the items around a tag: as written, without marker and hint, then as a path `a.b`. */
export function lookUp(frame: Frame | undefined, { name, base }: TagName, path: readonly string[]): unknown {
  for (let current = frame; current !== undefined; current = current.outer) {
    const { item } = current;
    if (typeof item !== 'object' || item === null) continue;
    if (hasField(item, name)) return item[name];
    if (hasField(item, base)) return item[base];
    const found = path.length > 1 ? followPath(item, path) : notFound;
    if (found !== notFound) return found;
  }
  return notFound;
}

function followPath(item: unknown, path: readonly string[]): unknown {
  let value = item;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !hasField(value, name)) return notFound;
    value = value[name];
  }
  return value;
}

/** Own properties only, so that `constructor` is a name like any other. The length of a list is not data. */
function hasField<Name extends string>(item: object, name: Name): item is Record<Name, unknown> {
  return (
    Object.hasOwn(item, name) && !(item instanceof SecretValue) && !(name === 'length' && Array.isArray(item))
  );
}
