import { toJsonPointer } from '../base/json-pointer.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { locateJsonError } from './json-error-place.ts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** A definition is written by hand or by a form; whatever is beyond these sizes is neither. */
const MAX_DEPTH = 100;
const MAX_VALUES = 200_000;
/** In all texts together. Each takes some 8 µs to compile, and nothing else runs meanwhile. */
const MAX_TAGS = 100_000;
const MAX_TEXT_LENGTH = 16 * 1024 * 1024;

/**
 * The document as JSON data of its own: parsed when it is a text, copied when it is a value, so that neither a
 * later change of what the caller passed in nor freezing touches the other side. Fields that are undefined are left out.
 *
 * @throws {FerruleError} DEFINITION_NOT_JSON for a text that is not JSON; DEFINITION_WRONG_TYPE for a value that JSON
 * cannot express; DEFINITION_INVALID for a document beyond any sensible size.
 */
export function readDocument(document: unknown): JsonValue {
  if (typeof document === 'string') return copyJson(parseJson(document));
  try {
    return copyJson(document);
  } catch (error) {
    if (error instanceof FerruleError) throw error;
    // A getter or a proxy of the caller's threw; what it says may hold anything.
    throw new FerruleError('DEFINITION_WRONG_TYPE', 'The document holds a field that cannot be read', {
      expected: 'plain data',
    });
  }
}

function parseJson(text: string): unknown {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new FerruleError('DEFINITION_INVALID', 'The document is too long', {
      expected: `at most ${MAX_TEXT_LENGTH} characters`,
      found: `${text.length} characters`,
    });
  }
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return JSON.parse(json);
  } catch {
    // The engine's error is dropped on purpose: it quotes the text, and with it perhaps a secret.
    const { line, column, expected, found } = locateJsonError(json) ?? { line: 1, column: 1 };
    throw new FerruleError(
      'DEFINITION_NOT_JSON',
      `The document stops being JSON at line ${line}, column ${column}`,
      { expected, found, details: { line, column } },
    );
  }
}

function copyJson(document: unknown): JsonValue {
  const enclosing = new Set<object>();
  /** Where `copy` is; made a pointer only when there is something to say about the place. */
  const path: (string | number)[] = [];
  let values = 0;
  let tags = 0;
  return copy(document);

  function copy(value: unknown): JsonValue {
    values += 1;
    if (values > MAX_VALUES) throw tooLarge(`The document holds more than ${MAX_VALUES} values`);
    if (typeof value === 'string') {
      tags += countOpenings(value);
      if (tags > MAX_TAGS) throw tooLarge(`The document holds more than ${MAX_TAGS} tags`);
      return value;
    }
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value !== 'object' || !isPlain(value)) throw notJson(value, toJsonPointer(path));
    if (enclosing.has(value)) throw tooLarge('The document contains itself', toJsonPointer(path));
    if (enclosing.size === MAX_DEPTH) {
      throw tooLarge(`The document is nested deeper than ${MAX_DEPTH} levels`, toJsonPointer(path));
    }
    enclosing.add(value);
    const copied = Array.isArray(value) ? Array.from(value, copyAt) : copyFields(value);
    enclosing.delete(value);
    return copied;
  }

  function copyAt(value: unknown, key: string | number): JsonValue {
    path.push(key);
    const copied = copy(value);
    path.pop();
    return copied;
  }

  /** `fromEntries` defines fields instead of assigning them, so `__proto__` is a name like any other. */
  function copyFields(value: object): JsonObject {
    const fields: (readonly [string, JsonValue])[] = [];
    for (const [name, field] of Object.entries(value)) {
      if (field !== undefined) fields.push([name, copyAt(field, name)]);
    }
    return Object.fromEntries(fields);
  }
}

/** Object literals and arrays, also of another realm; no class instances. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function notJson(value: unknown, pointer: string): FerruleError {
  const found = typeof value === 'object' && value !== null ? describeInstance(value) : describeValue(value);
  return new FerruleError('DEFINITION_WRONG_TYPE', 'The document holds something that JSON cannot express', {
    pointer,
    expected: 'a string, a number, true, false, null, a list or an object',
    found: value === Infinity || value === -Infinity ? 'an infinite number' : found,
  });
}

function describeInstance(value: object): string {
  const type: unknown = value.constructor;
  return typeof type === 'function' ? `a ${type.name} object` : 'a special object';
}

function tooLarge(summary: string, pointer?: string): FerruleError {
  return new FerruleError('DEFINITION_INVALID', summary, { pointer });
}

/** Openings of tags in either spelling, also those that turn out to be text. */
function countOpenings(text: string): number {
  let count = 0;
  for (const opening of ['{{', '<<']) {
    for (let at = text.indexOf(opening); at !== -1; at = text.indexOf(opening, at + 2)) count += 1;
  }
  return count;
}
