import { FerruleError } from '../errors/ferrule-error.ts';
import type { TagReference, ValueReader } from '../template/compile-template.ts';
import type { RenderScope } from './render-scope.ts';
import { isNeeded } from './tag-meaning.ts';

/**
 * What reads the values that are no parameters. Made here, because closures made in a method of the compiler would
 * keep the whole compiler for as long as the plan.
 */
export const valueReaders = {
  secret: (name: string) => (scope: RenderScope) => scope.secrets.get(name),
  local: (name: string) => (scope: RenderScope) => scope.locals?.get(name),
  kept: (name: string) => (scope: RenderScope) => scope.kept?.get(name),
  value: (name: string) => (scope: RenderScope) => scope.values?.get(name),
};

/** A caller is told before rendering which parameters are missing; what is not the caller's is looked at here. */
export function withNeed(
  tag: TagReference,
  complaint: string,
  read: ValueReader<RenderScope>,
): ValueReader<RenderScope> {
  if (!isNeeded(tag)) return read;
  return scope => {
    const value = read(scope);
    if (value !== undefined && value !== null && value !== '') return value;
    throw new FerruleError('KEPT_VALUE_MISSING', `${complaint} "${tag.base}"`, { pointer: tag.pointer });
  };
}
