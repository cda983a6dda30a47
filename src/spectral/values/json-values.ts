import { stableJson } from './stable-json.ts';

export function isJSON(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    // What the question was.
    return false;
  }
}

/** JSON, indented by two blanks and with sorted keys unless told otherwise. Circular parts are left out. */
export function toJSON(value: unknown, prettyPrint = true, retainKeyOrder = false): string {
  return stableJson(value, { indent: prettyPrint ? '  ' : '', sorted: !retainKeyOrder }) ?? '';
}

/** What a text says as JSON; anything else, a text that is no JSON included, as it is. */
export function toObject(value: unknown): object {
  return readJson(value) as object;
}

/** The value of a JSON text, and any other value itself. */
export function readJson(value: unknown): unknown {
  return typeof value === 'string' && isJSON(value) ? JSON.parse(value) : value;
}
