import type { KeyValuePair } from './input-fields.ts';

/** A connection as running code gets it: every field has its value, and the token is fresh. */
export interface Connection<Fields extends object = Record<string, unknown>> {
  /** Of the connection's definition. */
  key: string;
  /** The name of the config variable that holds it. */
  configVarKey: string;
  fields: Fields;
  /** The whole answer of the token endpoint, when there is one. */
  token?: Record<string, unknown>;
  /** The parameters that came back with the authorization code. */
  context?: Record<string, unknown>;
}

/**
 * The fields that inputs give. Texts are texts; a switch is a boolean, or the text of one. A field without a value is
 * left undefined, unless its input is required or has a default. Inputs that are not known by name give `unknown`.
 */
export type ConnectionFields<Inputs> = string extends keyof Inputs
  ? Record<string, unknown>
  : { [Name in keyof Inputs]: FieldValue<Inputs[Name]> };

type FieldValue<Input> = Input extends { type: infer Type }
  ?
      | InCollection<Type extends 'boolean' ? boolean | string : string, Input>
      | (Input extends { required: true } | { default: NonNullable<unknown> } | { type: 'template' }
          ? never
          : undefined)
  : unknown;

type InCollection<Value, Input> = Input extends { collection: 'valuelist' }
  ? Value[]
  : Input extends { collection: 'keyvaluelist' }
    ? KeyValuePair<Value>[]
    : Value;
