import type { InputProperty, InputSchema } from '../index.ts';
import { ask } from './ask.ts';
import { describeAllowed, describeType } from './describe-input.ts';

/**
 * The given parameters, and for each required one that is missing an answer from the person at the terminal.
 * Answers are text: the engine reads numbers and truth values out of them where the definition says so.
 */
export async function askParameters(
  { properties, required }: InputSchema,
  given: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const known = new Set(Object.keys(given).flatMap(name => [name, toBaseName(name)]));
  const answers: [string, unknown][] = [];
  for (const name of required) {
    if (!known.has(name)) answers.push([name, await ask(toQuestion(name, properties[name]), false)]);
  }
  return Object.fromEntries([...Object.entries(given), ...answers]);
}

function toQuestion(name: string, property: InputProperty | undefined): string {
  if (property === undefined) return name;
  const allowed = describeAllowed(property);
  return `${name} (${allowed === '' ? describeType(property) : allowed})`;
}

/** `Limit` for `Limit [0-1000]*`. */
function toBaseName(name: string): string {
  return name
    .replace(/\*\s*$/, '')
    .replace(/\[[^\]]*\]\s*$/, '')
    .trim();
}
