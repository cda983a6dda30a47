import { FerruleError } from '../../errors.ts';

/**
 * A value that is not what it should become. The value itself is not told: it may be a credential.
 * @param expected what it should have been, such as `an integer`
 */
export function conversionError(expected: string, value: unknown): FerruleError {
  return new FerruleError('CONVERSION_FAILED', 'a value cannot be converted', {
    expected,
    found: kindOf(value),
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === '') return 'an empty text';
  if (Array.isArray(value)) return 'a list';
  const names: Record<string, string> = {
    string: 'another text',
    number: 'another number',
    object: 'an object',
  };
  return names[typeof value] ?? `a ${typeof value}`;
}
