import type { ConnectionInput, PermissionAndVisibilityType } from '../connection-definition.ts';

/** Everything that inputs may have of which the rules here want to know; definitions are code, so nothing is certain. */
export interface InputFacts {
  readonly name: string;
  readonly type: string;
  readonly label: string | undefined;
  readonly required: boolean;
  readonly shown: boolean;
  readonly writeOnly: boolean;
  readonly onPremControlled: boolean;
  readonly permission: PermissionAndVisibilityType;
  readonly collection: 'valuelist' | 'keyvaluelist' | undefined;
  readonly choices: readonly string[] | undefined;
  /** undefined when there is none, or only an empty text. */
  readonly defaultValue: unknown;
  /** Of an input of type `template`. */
  readonly templateValue: string | undefined;
  /** True when its value must not be shown: it is a password, or can be set and never read. */
  readonly secret: boolean;
  readonly input: ConnectionInput;
}

/** The inputs of a definition, in its order. */
export function inputFactsOf(definition: { readonly inputs?: object | undefined }): readonly InputFacts[] {
  return Object.entries(definition.inputs ?? {}).flatMap(([name, input]) =>
    typeof input === 'object' && input !== null ? [factsOf(name, input as ConnectionInput)] : [],
  );
}

function factsOf(name: string, input: ConnectionInput): InputFacts {
  const { label, type, model, collection } = input;
  const isTemplate = type === 'template';
  return {
    name,
    type,
    label: typeof label === 'object' ? label.value : label,
    required: input.required === true,
    shown: input.shown !== false,
    writeOnly: input.writeOnly === true,
    onPremControlled: input.onPremControlled === true,
    permission: input.permissionAndVisibilityType ?? 'customer',
    collection,
    choices: Array.isArray(model) && model.length > 0 ? model.map(({ value }) => value) : undefined,
    defaultValue: isTemplate || input.default === '' ? undefined : input.default,
    templateValue: isTemplate ? String(input.templateValue ?? '') : undefined,
    secret: type === 'password' || input.writeOnly === true,
    input,
  };
}
