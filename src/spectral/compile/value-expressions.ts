/** The tags of fields are computed values, each by an expression that is its value. */
export function toExpressions(
  values: readonly (readonly [name: string, value: unknown])[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(values.map(([name, value]) => [name, JSON.stringify(value) ?? 'null']));
}
