import type { ConnectionInput as NativeConnection } from '../../index.ts';

/** Values of tags, as a definition holds them. */
export interface BoundValues {
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Longer expressions are refused by the engine. */
const MAX_EXPRESSION_LENGTH = 20_000;

/**
 * Values of the tags that a definition uses; others stay out of it. Each is a computed value, by an expression that is its value.
 * Texts that `isSecret` tells, and texts that are too long for an expression, are secrets instead.
 */
export function toBoundValues(
  definition: NativeConnection,
  given: readonly (readonly [name: string, value: unknown])[],
  isSecret: (name: string, value: string) => boolean = () => false,
): BoundValues {
  const used = new Set(
    [...JSON.stringify(definition).matchAll(/<<([^<>]+)>>/g)].map(([, name = '']) => name),
  );
  const values: [string, string][] = [];
  const secrets: [string, string][] = [];
  for (const [name, value] of given) {
    if (!used.has(name)) continue;
    const expression = JSON.stringify(value ?? null);
    const isText = typeof value === 'string';
    if (isText && (expression.length > MAX_EXPRESSION_LENGTH || isSecret(name, value))) {
      secrets.push([name, value]);
    } else {
      values.push([name, expression]);
    }
  }
  return { values: Object.fromEntries(values), secrets: Object.fromEntries(secrets) };
}
