import type { Issue } from '../../errors.ts';
import type { InputFacts } from '../compile/input-facts.ts';

/** What is wrong with a value of a field; undefined when nothing is. The value itself is never told. */
export function judgeField(input: InputFacts, value: unknown, pointer: string): Issue | undefined {
  const expected = expectationOf(input);
  const fits = (each: unknown) => fitsType(input, each) && fitsChoices(input, each);
  const good = input.collection === undefined ? fits(value) : isCollectionOf(input, value, fits);
  if (good) return undefined;
  return {
    code: 'PARAMETER_INVALID',
    pointer,
    message: `The field "${input.name}" has a value that its input does not take`,
    expected,
    found: value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`,
  };
}

function fitsType({ type }: InputFacts, value: unknown): boolean {
  if (type !== 'boolean') return typeof value === 'string';
  return typeof value === 'boolean' || value === 'true' || value === 'false';
}

function fitsChoices({ choices }: InputFacts, value: unknown): boolean {
  return choices === undefined || value === '' || choices.includes(String(value));
}

function isCollectionOf(
  { collection }: InputFacts,
  value: unknown,
  fits: (each: unknown) => boolean,
): boolean {
  if (!Array.isArray(value)) return false;
  if (collection === 'valuelist') return value.every(fits);
  return value.every(
    each => typeof each === 'object' && each !== null && typeof each.key === 'string' && fits(each.value),
  );
}

function expectationOf({ type, choices, collection }: InputFacts): string {
  const one =
    choices !== undefined ? `one of ${choices.join(', ')}` : type === 'boolean' ? 'true or false' : 'a text';
  if (collection === undefined) return one;
  return collection === 'valuelist' ? `a list, each ${one}` : `a list of keys and values, each ${one}`;
}
