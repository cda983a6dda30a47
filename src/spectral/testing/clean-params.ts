import { InputFieldDefaultMap } from '../input-fields.ts';

/** Definitions of inputs as a harness sees them: nobody has judged them. */
export type LooseInputs = Readonly<Record<string, LooseInput>>;

interface LooseInput {
  readonly type?: unknown;
  readonly default?: unknown;
  readonly clean?: unknown;
  readonly inputs?: LooseInputs;
  readonly configurations?: Readonly<Record<string, { readonly inputs?: LooseInputs }>>;
}

/** The parameters with the defaults of their inputs, as a form that was left as it is would send them. */
export function withDefaults(inputs: LooseInputs, params: Record<string, unknown>): Record<string, unknown> {
  const defaults = Object.entries(inputs).map(([name, input]) => [name, defaultOf(input)]);
  return { ...Object.fromEntries(defaults), ...params };
}

/** The parameters as the code of an action gets them: each cleaned by its input, members of objects by theirs. */
export function cleaned(inputs: LooseInputs, params: Record<string, unknown>): Record<string, unknown> {
  const values = Object.entries(inputs).map(([name, input]) => [name, clean(input, params[name])]);
  return { ...params, ...Object.fromEntries(values) };
}

function defaultOf({ type, default: given }: LooseInput): unknown {
  const fallback = Object.hasOwn(InputFieldDefaultMap, String(type))
    ? InputFieldDefaultMap[type as keyof typeof InputFieldDefaultMap]
    : undefined;
  const value = given ?? fallback ?? '';
  return typeof value === 'object' ? value : String(value);
}

function clean(input: LooseInput, value: unknown): unknown {
  if (typeof input.clean === 'function') return input.clean(value);
  if (!isRecord(value)) return value;
  if (input.type === 'structuredObject') return cleaned(input.inputs ?? {}, value);
  if (input.type !== 'dynamicObject' || !isRecord(value['values'])) return value;
  const chosen = input.configurations?.[String(value['configuration'])];
  return { ...value, values: cleaned(chosen?.inputs ?? {}, value['values']) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
