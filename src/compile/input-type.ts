import type { InputDefinition } from '../definition/definition.ts';

/** What a declared input expects, in words, when `value` does not fit it; undefined when it fits. */
export function mismatchOf(value: unknown, declared: InputDefinition): string | undefined {
  const { type, minimum, maximum } = declared;
  if (type !== undefined && !hasType(value, type)) return toWords[type];
  if (declared.enum !== undefined && !declared.enum.includes(value)) {
    return `one of ${declared.enum.map(choice => JSON.stringify(choice)).join(', ')}`;
  }
  if (minimum !== undefined && typeof value === 'number' && value < minimum) return `at least ${minimum}`;
  if (maximum !== undefined && typeof value === 'number' && value > maximum) return `at most ${maximum}`;
  return undefined;
}

type InputType = NonNullable<InputDefinition['type']>;

const toWords: Readonly<Record<InputType, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function hasType(value: unknown, type: InputType): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value) || typeof value === 'bigint';
    case 'number':
      return Number.isFinite(value) || typeof value === 'bigint';
    case 'string':
    case 'boolean':
      return typeof value === type;
  }
}
