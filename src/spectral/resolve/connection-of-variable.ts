import type { ComponentDefinition } from '../component-definition.ts';
import type { ComponentReference } from '../component-manifest.ts';
import type { ConnectionDefinitionConfigVar, ConnectionReferenceConfigVar } from '../config-vars.ts';
import type { ConnectionDefinition, ConnectionInput } from '../connection-definition.ts';
import type { IntegrationDefinition } from '../integration-definition.ts';

/** A connection that is defined where it is used, under the key that running code sees: its name in camel case. */
export function inlineConnection(
  name: string,
  variable: ConnectionDefinitionConfigVar,
): ConnectionDefinition {
  const { inputs, oauth2Type, oauth2Config, oauth2PkceMethod, apply } = variable;
  return {
    key: toCamelCase(name),
    display: { label: name },
    inputs,
    ...(oauth2Type === undefined ? {} : { oauth2Type }),
    ...(oauth2Config === undefined ? {} : { oauth2Config }),
    ...(oauth2PkceMethod === undefined ? {} : { oauth2PkceMethod }),
    ...(apply === undefined ? {} : { apply }),
  } as ConnectionDefinition;
}

/**
 * The connection of a component that a variable names: from the component itself when it is at hand, else from its manifest,
 * which tells the inputs alone. undefined when neither knows it.
 */
export function referencedConnection(
  { connection }: ConnectionReferenceConfigVar,
  { componentRegistry = {} }: IntegrationDefinition,
  components: readonly ComponentDefinition[],
): ConnectionDefinition | undefined {
  const { component, key } = connection;
  const own = components.find(each => each.key === component)?.connections?.find(each => each.key === key);
  if (own !== undefined) return own;
  const manifest = Object.entries(componentRegistry).find(
    ([name, each]) => name === component || each.key === component,
  )?.[1];
  const entry = Object.entries(manifest?.connections ?? {}).find(
    ([name, each]) => name === key || each.key === key,
  )?.[1];
  if (entry === undefined) return undefined;
  const inputs = Object.entries(entry.inputs ?? {}).map(([name, input]) => [name, toInput(name, input)]);
  return { key, display: { label: key }, inputs: Object.fromEntries(inputs) };
}

/**
 * What a variable that names the connection of a component gives to its inputs: `{ value }` as it is, `{ configVar }` the value of
 * another variable. Everything else there is about who sees an input.
 */
export function referenceValues(
  { values = {} }: ComponentReference,
  config: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const given = Object.entries(values).flatMap(([name, expression]) => {
    if ('value' in expression) return [[name, expression.value]];
    if ('configVar' in expression && Object.hasOwn(config, expression.configVar)) {
      return [[name, config[expression.configVar]]];
    }
    return [];
  });
  return Object.fromEntries(given);
}

/** Manifests write `inputType` for `type`. */
function toInput(name: string, input: unknown): ConnectionInput {
  const given: Readonly<Record<string, unknown>> = Object(input);
  return {
    label: name,
    ...given,
    type: given['type'] ?? given['inputType'] ?? 'string',
  } as ConnectionInput;
}

/** `Acme OAuth 2 Connection` becomes `acmeOAuth2Connection`. */
export function toCamelCase(name: string): string {
  const plain = name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ßæøœłđðþı]/gi, letter => LETTERS.get(letter) ?? letter);
  const words = plain.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|\p{Lo}+/gu) ?? [];
  return words
    .map((word, at) =>
      at === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join('');
}

/** Letters that are no other letter with a mark. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ...([
    ['ß', 'ss'],
    ['æ', 'ae'],
    ['Æ', 'Ae'],
    ['ø', 'o'],
    ['Ø', 'O'],
    ['œ', 'oe'],
    ['Œ', 'Oe'],
  ] as const),
  ...([
    ['ł', 'l'],
    ['Ł', 'L'],
    ['đ', 'd'],
    ['Đ', 'D'],
    ['ð', 'd'],
    ['Ð', 'D'],
    ['þ', 'th'],
    ['Þ', 'Th'],
  ] as const),
  ['ı', 'i'],
]);
