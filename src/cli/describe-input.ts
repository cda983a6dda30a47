import type { InputProperty } from '../index.ts';

/** The type of an input in words; `text` when the definition says nothing about it. */
export function describeType({ type, format, items, contentMediaType }: InputProperty): string {
  if (contentMediaType === 'application/json') return 'JSON';
  if (format !== undefined) return format;
  const word = typeWords.get(type ?? 'string') ?? 'text';
  return items === undefined ? word : `${word} of ${typeWords.get(items.type) ?? items.type}`;
}

/** The values that are allowed: the choices, or the range; empty when any value is. */
export function describeAllowed({ enum: choices, minimum, maximum }: InputProperty): string {
  if (choices !== undefined) return choices.map(toWord).join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  return maximum === undefined ? '' : `at most ${maximum}`;
}

/** What the author says about it, and the value it has when the caller gives none. */
export function describeMeaning({ description, default: fallback }: InputProperty): string {
  const parts = [description, fallback === undefined ? undefined : `default ${toWord(fallback)}`];
  return parts.filter(part => part !== undefined && part !== '').join('; ');
}

const typeWords: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['integer', 'whole number'],
  ['number', 'number'],
  ['boolean', 'true/false'],
  ['array', 'list'],
  ['object', 'object'],
]);

function toWord(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
