import type { InputDefinition } from '../definition/definition.ts';
import type { OperationPlan } from './operation-plan.ts';
import type { Parameter } from './parameters.ts';

/** The parameters of an operation as JSON Schema (draft 2020-12). Property names are what `execute` takes. */
export interface InputSchema {
  readonly $schema: 'https://json-schema.org/draft/2020-12/schema';
  readonly type: 'object';
  readonly title: string;
  readonly properties: Readonly<Record<string, InputProperty>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

export interface InputProperty {
  readonly title: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly items?: { readonly type: string };
  readonly contentMediaType?: string;
}

/**
 * Describes what a caller passes. A parameter is named by its base name (`Limit` for `Limit [0-1000]`) unless two
 * parameters of the operation share it; then each is named as written.
 */
export function toInputSchema(operation: OperationPlan): InputSchema {
  const properties = new Map<string, InputProperty>();
  const required = new Set<string>();
  const { list, names } = operation.parameters;
  for (const parameter of list) {
    const name = names.match(parameter.base).includes(parameter) ? parameter.base : parameter.name;
    properties.set(name, { ...properties.get(name), ...toProperty(name, parameter) });
    if (parameter.required && parameter.declared?.default === undefined) required.add(name);
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    title: operation.name,
    properties: Object.fromEntries(properties),
    required: [...required],
    additionalProperties: false,
  };
}

function toProperty(name: string, { declared, hint }: Parameter): InputProperty {
  return { title: declared?.title ?? name, ...hint?.schema, ...toSchema(declared) };
}

function toSchema(declared: InputDefinition | undefined): Partial<InputProperty> {
  if (declared === undefined) return {};
  const { required: _required, title: _title, ...schema } = declared;
  return schema;
}
