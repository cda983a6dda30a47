import type {
  ConnectionInputs,
  DefaultConnectionDefinition,
  OAuth2ConnectionDefinition,
  OAuth2Type,
  OnPremConnectionDefinition,
} from './connection-definition.ts';
import type { ConnectionTemplateInputField } from './input-fields.ts';

/** A connection; returned as it was given. */
export function connection<T extends DefaultConnectionDefinition>(definition: T): T {
  return definition;
}

/** A connection whose host and port an agent inside the customer's network gives; returned as it was given. */
export function onPremConnection<T extends OnPremConnectionDefinition>(definition: T): T {
  return definition;
}

/** A connection that gets a token by OAuth 2.0; returned as it was given. */
export function oauth2Connection<T extends OAuth2ConnectionDefinition>(definition: T): T {
  return definition;
}

/**
 * The inputs of a connection, some of which are templates of others. Of an input and a template of one name the template
 * counts where both say something. Neither argument is changed. The third argument only tells which inputs an editor should miss.
 */
export function templateConnectionInputs<
  Given extends ConnectionInputs,
  Templates extends Record<string, ConnectionTemplateInputField>,
>(inputs: Given, templateInputs: Templates, _authType?: OAuth2Type | null): Given & Templates {
  return merged(inputs, templateInputs) as Given & Templates;
}

/** A copy of both, member by member; what the second leaves undefined the first may say. */
function merged(base: unknown, over: unknown): unknown {
  if (over === undefined) return copy(base);
  if (!isContainer(over)) return over;
  const made = copyShell(base, over);
  for (const [key, value] of Object.entries(over)) {
    Object.defineProperty(made, key, {
      value: merged(Object.hasOwn(made, key) ? Reflect.get(made, key) : undefined, value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return made;
}

function copy(value: unknown): unknown {
  return isContainer(value) ? merged(undefined, value) : value;
}

/** What the members go to: a copy of what was there, unless a list takes the place of something else. */
function copyShell(base: unknown, over: object): object {
  if (Array.isArray(over)) return Array.isArray(base) ? (copy(base) as unknown[]) : [];
  return isContainer(base) ? (copy(base) as object) : {};
}

/** Lists and plain objects; functions and instances of classes are values. */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
