import type { PermissionAndVisibilityType } from '../connection-definition.ts';
import { type InputFacts, inputFactsOf } from './input-facts.ts';

/** Who looks at a form: a customer, the application that embeds the wizard, or the organization itself. */
export type Role = PermissionAndVisibilityType;

export interface ConnectionInputProperty {
  readonly type: 'string' | 'boolean' | 'array';
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly items?: object;
  /** `password`: must not be shown; `textarea`: several lines; `data`: bytes as text. */
  readonly format?: 'password' | 'textarea' | 'data';
  /** It can be set and never read back. */
  readonly writeOnly?: true;
  /** It is put together from other fields, by this template. */
  readonly readOnly?: true;
  readonly templateValue?: string;
  readonly shown?: false;
  readonly permissionAndVisibilityType?: PermissionAndVisibilityType;
  readonly onPremControlled?: true;
}

/** JSON Schema (2020-12) of the fields of a connection. */
export interface ConnectionInputSchema {
  readonly $schema: 'https://json-schema.org/draft/2020-12/schema';
  readonly type: 'object';
  readonly properties: Readonly<Record<string, ConnectionInputProperty>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

export interface InputSchemaOptions {
  /** Whose form it is; the organization's, which has every field, when left out. */
  readonly role?: Role | undefined;
  /** Fields that a template has filled: others than the organization do not see them. */
  readonly filled?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The inputs of a connection as JSON Schema. The organization sees all of them; an embedding application and a customer see
 * what is shown, permitted to them, not put together from other fields and not filled by a template.
 */
export function connectionInputSchema(
  definition: { readonly inputs?: object | undefined },
  { role = 'organization', filled = {} }: InputSchemaOptions = {},
): ConnectionInputSchema {
  const facts = inputFactsOf(definition).filter(
    input => isVisibleTo(role, input) && (role === 'organization' || !Object.hasOwn(filled, input.name)),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: Object.fromEntries(facts.map(input => [input.name, toProperty(input)])),
    required: facts.filter(isAskedFor).map(({ name }) => name),
    additionalProperties: false,
  };
}

/** Whether a role sees and may set an input. */
export function isVisibleTo(role: Role, { permission, shown, templateValue }: InputFacts): boolean {
  if (role === 'organization') return true;
  if (!shown || templateValue !== undefined) return false;
  return permission === 'customer' || (permission === 'embedded' && role === 'embedded');
}

function isAskedFor({ required, defaultValue, templateValue }: InputFacts): boolean {
  return required && defaultValue === undefined && templateValue === undefined;
}

function toProperty(facts: InputFacts): ConnectionInputProperty {
  const { label, collection, choices, defaultValue, templateValue, permission, input } = facts;
  const scalar = facts.type === 'boolean' ? 'boolean' : 'string';
  const choice = choices === undefined ? {} : { enum: choices };
  const format = formats.get(facts.secret ? 'password' : facts.type);
  return {
    ...(collection === undefined
      ? { type: scalar, ...choice }
      : { type: 'array', items: toItems(collection, { type: scalar, ...choice }) }),
    ...(format === undefined ? {} : { format }),
    ...(label === undefined ? {} : { title: label }),
    ...(input.comments === undefined ? {} : { description: input.comments }),
    // What should be a password has no default worth keeping, and a form would show it.
    ...(defaultValue === undefined || facts.secret ? {} : { default: defaultValue }),
    ...(facts.writeOnly ? { writeOnly: true } : {}),
    ...(templateValue === undefined ? {} : { readOnly: true, templateValue }),
    ...(facts.shown ? {} : { shown: false }),
    ...(permission === 'customer' ? {} : { permissionAndVisibilityType: permission }),
    ...(facts.onPremControlled ? { onPremControlled: true } : {}),
  };
}

const formats: ReadonlyMap<string, 'password' | 'textarea' | 'data'> = new Map([
  ['password', 'password'],
  ['text', 'textarea'],
  ['data', 'data'],
]);

function toItems(collection: 'valuelist' | 'keyvaluelist', value: object): object {
  if (collection === 'valuelist') return value;
  return {
    type: 'object',
    properties: { key: { type: 'string' }, value },
    required: ['key', 'value'],
    additionalProperties: false,
  };
}
