import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { TagReference } from './compile-template.ts';

/** The error for a value of the wrong kind. Shows the kind and never the value, which may be a secret. */
export function invalidValue(tag: TagReference, value: unknown, expected?: string): FerruleError {
  return new FerruleError(
    'PARAMETER_INVALID',
    `The value of "${tag.name}" cannot be written into ${placeNames[tag.place]}`,
    {
      pointer: tag.pointer,
      expected: expected ?? 'text, a number, true/false, a list or an object',
      found: describeKind(value),
    },
  );
}

/** The error for a value that would change the structure of the request. */
export function refusedValue(tag: TagReference, problem: string): FerruleError {
  return new FerruleError('VALUE_REFUSED', `The value of "${tag.name}" ${problem}`, { pointer: tag.pointer });
}

/** The error for values that are harmless one by one and not together. `problem` is a plural verb and its object. */
export function refusedValues(tags: readonly TagReference[], problem: string): FerruleError {
  const names = [...new Set(tags.map(tag => `"${tag.name}"`))].join(', ');
  return new FerruleError('VALUE_REFUSED', `The values of ${names} ${problem}`, {
    pointer: tags[0]?.pointer,
  });
}

const placeNames: Readonly<Record<TagReference['place'], string>> = {
  host: 'the base URL',
  path: 'the path',
  query: 'the query',
  form: 'a form field',
  header: 'a header',
  'header-name': 'a header name',
  json: 'JSON',
  xml: 'XML',
  text: 'the text',
  multipart: 'the name of a part',
};

function describeKind(value: unknown): string {
  if (value instanceof Date) return 'an invalid date';
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return 'an infinite number';
  return describeValue(value);
}
