import type { BaseIssue, GenericIssue } from 'valibot';
import { toJsonPointer } from '../base/json-pointer.ts';
import { nearestName } from '../base/nearest-name.ts';
import { describeValue } from '../errors/describe-value.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import type { Issue } from '../errors/ferrule-error.ts';

const MAX_SHOWN = 60;

/** Accepted because exports have them, but nothing an author should be told to write. */
const SERVER_FIELDS = ['id', 'insertedAt', 'updatedAt', 'lockVersion', 'status', 'connectionId'];

/** What is expected of a value, in an author's words, by the type of valibot's schema or check. */
const EXPECTED_TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  null: 'null',
};

/**
 * One of valibot's issues in Ferrule's words. The value found is described, never shown, except where the field
 * takes one of a few fixed words or a number.
 */
export function toIssue(issue: GenericIssue): Issue {
  const pointer = toJsonPointer((issue.path ?? []).map(item => String(item.key)));
  const name = fieldName(issue);
  switch (issue.type) {
    case 'object':
      return { code: 'DEFINITION_MISSING_FIELD', pointer, message: `The field ${name} is missing` };
    case 'unknown_field':
      return unknownField(issue, pointer, name);
    case 'one_too_many': {
      const names = listWords(toNames(issue.requirement));
      return wrong(
        'DEFINITION_WRONG_VALUE',
        pointer,
        'The same thing is given twice',
        `only one of ${names}`,
      );
    }
    case 'unsupported_type':
      return {
        ...wrong(
          'DEFINITION_UNSUPPORTED_TYPE',
          pointer,
          'Only HTTP connections can be run',
          '"http"',
          showWord(issue.input),
        ),
        ...suggest(issue.input, ['http']),
      };
    case 'picklist':
      return wrongWord(issue, pointer, name);
    case 'min_length':
      return wrong(
        'DEFINITION_WRONG_VALUE',
        pointer,
        `${name} is empty`,
        Array.isArray(issue.input) ? 'at least one item' : 'at least one character',
        describeValue(issue.input),
      );
    case 'integer':
      return wrong(
        'DEFINITION_WRONG_VALUE',
        pointer,
        `${name} is not a whole number`,
        'a whole number',
        String(issue.input),
      );
    case 'min_value':
      return outOfRange(issue, pointer, name, 'at least');
    case 'max_value':
      return outOfRange(issue, pointer, name, 'at most');
    default: {
      const expected = EXPECTED_TYPES[issue.type] ?? String(issue.requirement);
      return wrong(
        'DEFINITION_WRONG_TYPE',
        pointer,
        `${name} has the wrong type`,
        expected,
        describeValue(issue.input),
      );
    }
  }
}

function unknownField(issue: BaseIssue<unknown>, pointer: string, name: string): Issue {
  const known = toNames(issue.requirement).filter(known => !SERVER_FIELDS.includes(known));
  return {
    ...wrong('DEFINITION_UNKNOWN_FIELD', pointer, `The field ${name} is not known here`, listWords(known)),
    ...suggest(issue.path?.at(-1)?.key, known),
  };
}

function wrongWord(issue: BaseIssue<unknown>, pointer: string, name: string): Issue {
  const words = toNames(issue.requirement).filter(isNotLowerCaseTwin);
  if (typeof issue.input !== 'string') {
    return wrong(
      'DEFINITION_WRONG_TYPE',
      pointer,
      `${name} has the wrong type`,
      listWords(words),
      describeValue(issue.input),
    );
  }
  return {
    ...wrong(
      'DEFINITION_WRONG_VALUE',
      pointer,
      `${name} has a value that is not allowed`,
      listWords(words),
      showWord(issue.input),
    ),
    ...suggest(issue.input, words),
  };
}

/** `get` is accepted but not advertised: `GET` stands for both. */
function isNotLowerCaseTwin(word: string, _: number, words: readonly string[]): boolean {
  return word === word.toUpperCase() || !words.includes(word.toUpperCase());
}

function outOfRange(issue: BaseIssue<unknown>, pointer: string, name: string, relation: string): Issue {
  const expected = `${relation} ${String(issue.requirement)}`;
  return wrong('DEFINITION_WRONG_VALUE', pointer, `${name} is out of range`, expected, String(issue.input));
}

function wrong(code: ErrorCode, pointer: string, message: string, expected: string, found?: string): Issue {
  return { code, pointer, message, expected, ...(found === undefined ? {} : { found }) };
}

function suggest(found: unknown, known: readonly string[]): { readonly suggestion?: string } {
  const suggestion = typeof found === 'string' ? nearestName(found, known) : undefined;
  return suggestion === undefined ? {} : { suggestion };
}

/** The field at fault, quoted; inside a list the field that holds the list and the position. */
function fieldName(issue: BaseIssue<unknown>): string {
  const keys = (issue.path ?? []).map(item => item.key);
  const last = keys.at(-1);
  if (last === undefined) return 'The document';
  const owner = keys.findLast(key => typeof key === 'string');
  if (typeof last === 'number') {
    return owner === undefined ? `Item ${last + 1}` : `Item ${last + 1} of ${showWord(owner)}`;
  }
  return showWord(last);
}

/** A word of the author's, quoted, cut to a readable length, with everything escaped that a terminal would obey. */
export function showWord(word: unknown): string {
  if (typeof word !== 'string') return describeValue(word);
  const cut = word.length > MAX_SHOWN ? `${word.slice(0, MAX_SHOWN)}…` : word;
  return JSON.stringify(cut).replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    char => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

function toNames(requirement: unknown): readonly string[] {
  return Array.isArray(requirement) ? requirement.map(String) : [];
}

function listWords(words: readonly string[]): string {
  const quoted = words.map(word => `"${word}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
