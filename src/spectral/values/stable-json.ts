/**
 * JSON whose keys are sorted unless told otherwise; what repeats an object that is just being written is left out, and big
 * integers are numbers with all their digits.
 * @returns undefined for what JSON has no form of
 */
export function stableJson(
  value: unknown,
  options: { readonly indent: string; readonly sorted: boolean },
): string | undefined {
  const open: object[] = [];

  const write = (key: string, given: unknown, margin: string): string | undefined => {
    const plain = hasToJson(given) ? given.toJSON(key) : given;
    if (typeof plain === 'bigint') return plain.toString();
    if (typeof plain !== 'object' || plain === null) return JSON.stringify(plain);
    if (open.includes(plain)) return undefined;
    open.push(plain);
    const inner = margin + options.indent;
    const text = Array.isArray(plain)
      ? enclose(
          '[]',
          Array.from(plain, (item, index) => write(String(index), item, inner) ?? 'null'),
          margin,
        )
      : enclose('{}', members(plain, inner), margin);
    open.pop();
    return text;
  };

  const members = (object: object, margin: string): string[] => {
    const keys = Object.keys(object);
    if (options.sorted) keys.sort();
    const colon = options.indent === '' ? ':' : ': ';
    return keys.flatMap(key => {
      const text = write(key, (object as Record<string, unknown>)[key], margin);
      return text === undefined ? [] : [JSON.stringify(key) + colon + text];
    });
  };

  const enclose = (brackets: string, items: readonly string[], margin: string): string => {
    if (items.length === 0 || options.indent === '') return `${brackets[0]}${items.join(',')}${brackets[1]}`;
    const inner = `\n${margin}${options.indent}`;
    return `${brackets[0]}${inner}${items.join(`,${inner}`)}\n${margin}${brackets[1]}`;
  };

  return write('', value, '');
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return (
    typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
  );
}
