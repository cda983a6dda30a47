import { randomUUID } from 'node:crypto';
import { describeValue } from '../../errors/describe-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LONGEST_NAME = 1_000;

/** Names people give: not empty, no control characters, not longer than 1,000 characters. STORE_INPUT_INVALID otherwise. */
export function checkName(name: string, field = 'name'): string {
  checkText(name, field);
  if (name === '' || name.length > LONGEST_NAME || hasOddCharacters(name)) {
    throw new FerruleError('STORE_INPUT_INVALID', `The ${field} cannot be kept`, {
      pointer: `/${field}`,
      expected: `1 to ${LONGEST_NAME} characters, no control characters`,
      found: name === '' ? 'nothing' : `${name.length} characters`,
    });
  }
  return name;
}

/** A program without types may give anything, such as a definition that is no text yet. STORE_INPUT_INVALID then. */
export function checkText(given: unknown, field: string): void {
  if (typeof given !== 'string') throw wrongKind(field, 'a text', given);
}

/** The field holds another kind of value than it should. */
export function wrongKind(field: string, expected: string, given: unknown): FerruleError {
  return new FerruleError('STORE_INPUT_INVALID', `The ${field} cannot be kept`, {
    pointer: `/${field}`,
    expected,
    found: describeValue(given),
  });
}

/** The id that was given, in small letters, or a random one. STORE_INPUT_INVALID for what is not a UUID. */
export function toId(given: string | undefined): string {
  if (given === undefined) return randomUUID();
  checkText(given, 'id');
  const id = given.toLowerCase();
  if (UUID.test(id)) return id;
  throw new FerruleError('STORE_INPUT_INVALID', 'The id cannot be kept', {
    pointer: '/id',
    expected: 'a UUID',
    found: 'another text',
  });
}

/** A limit of a list: from 1 to `most`. */
export function toLimit(given: number | undefined, standard: number, most = 10_000): number {
  return Math.min(Math.max(1, Math.trunc(given ?? standard)), most);
}

/** Half of a surrogate pair cannot be stored either. */
function hasOddCharacters(name: string): boolean {
  return !name.isWellFormed() || /\p{Cc}/u.test(name);
}
