import type { GenericSchema, InferInput, ObjectEntries } from 'valibot';
import { valibot } from './valibot.ts';

/**
 * Ferrule's few words over valibot's schemas. Each keeps valibot's schema as data, from which types and the JSON
 * Schema come, and only decides which schema judges a given input. Reasons to decide ourselves:
 * valibot takes lists for objects, reports only the first unknown field, leaves out map entries named `constructor`
 * or `__proto__`, and answers a failed union with the problems of every option.
 */

/** What a refusal is about; `definition-issues.ts` turns it into an error code. */
export type RefusalType = 'wrong_type' | 'unknown_field' | 'one_too_many' | 'unsupported_type';

/** Names of which exactly, at most, or at least one may be given. */
export interface FieldRules {
  readonly exactlyOne?: readonly (readonly string[])[];
  readonly atMostOne?: readonly (readonly string[])[];
  readonly atLeastOne?: readonly (readonly string[])[];
}

/** `schema`, judged by whatever `select` picks for an input. The pick must accept nothing that `schema` does not. */
export function judgedBy<Schema extends GenericSchema>(
  schema: Schema,
  select: (input: unknown) => GenericSchema,
): Schema {
  const run: GenericSchema['~run'] = (dataset, config) => select(dataset.value)['~run'](dataset, config);
  return { ...schema, '~run': run };
}

/**
 * One of many schemas, of which most documents need one: each is made when `select` asks for it, which takes a tenth of
 * the time of making all. All are made when they are looked at as data.
 */
export function oneOfMany<Make extends () => GenericSchema>(
  options: readonly Make[],
  select: (input: unknown) => GenericSchema,
): GenericSchema<InferInput<ReturnType<Make>>> {
  const union: GenericSchema = judgedBy(valibot().union([]), select);
  const made = { get: () => options.map(make => make()) };
  return Object.defineProperty(union, 'options', made) as GenericSchema<InferInput<ReturnType<Make>>>;
}

/** A schema that accepts nothing. `requirement` is what the message needs: the expectation, or the known names. */
export function refusal(type: RefusalType, requirement: string | readonly string[]): GenericSchema {
  return { ...valibot().never(), type, requirement } as GenericSchema;
}

/** An object with these fields and no others. */
export function fields<const Entries extends ObjectEntries>(entries: Entries, rules: FieldRules = {}) {
  const v = valibot();
  const schema = v.pipe(v.strictObject(entries), v.metadata(toKeywords(rules)));
  const unknownField = refusal('unknown_field', Object.keys(entries));
  return judgedBy(schema, input => {
    if (!isObject(input)) return refusal('wrong_type', 'an object');
    const unknown = Object.keys(input).filter(name => !Object.hasOwn(entries, name));
    return v.object({
      ...entries,
      ...breaches(input, rules),
      ...Object.fromEntries(unknown.map(name => [name, unknownField])),
    });
  });
}

/** An object whose field names are free. */
export function mapOf<Value extends GenericSchema>(value: Value) {
  const v = valibot();
  return judgedBy(v.record(v.string(), value), input =>
    isObject(input)
      ? v.object(Object.fromEntries(Object.keys(input).map(name => [name, value])))
      : refusal('wrong_type', 'an object'),
  );
}

/** One of several texts. These are never secret, so messages show what was found. */
export function oneOf<const Options extends readonly string[]>(options: Options) {
  return { ...valibot().picklist(options), requirement: options };
}

/** A text of at least one character. */
export function filledText() {
  const v = valibot();
  return v.pipe(v.string(), v.minLength(1));
}

export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  const v = valibot();
  return v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));
}

/** A text, or a list of texts. */
export function textOrTexts() {
  const v = valibot();
  const text = v.string();
  const texts = v.array(text);
  return judgedBy(v.union([text, texts]), input => {
    if (Array.isArray(input)) return texts;
    return typeof input === 'string' ? text : refusal('wrong_type', 'a string or a list of strings');
  });
}

export function isObject(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

/** Schemas for the fields that break a rule: a required one that is not there, a refusal of one too many. */
function breaches(
  input: object,
  { exactlyOne = [], atMostOne = [], atLeastOne = [] }: FieldRules,
): ObjectEntries {
  const found: [string, GenericSchema][] = [];
  for (const names of [...exactlyOne, ...atMostOne]) {
    const [, ...surplus] = names.filter(name => Object.hasOwn(input, name));
    for (const name of surplus) found.push([name, refusal('one_too_many', names)]);
  }
  for (const names of [...exactlyOne, ...atLeastOne]) {
    const [first] = names;
    const missing = !names.some(name => Object.hasOwn(input, name));
    if (missing && first !== undefined) found.push([first, valibot().unknown()]);
  }
  return Object.fromEntries(found);
}

/** The same rules in the words of JSON Schema. */
function toKeywords({ exactlyOne = [], atMostOne = [], atLeastOne = [] }: FieldRules): {
  readonly allOf?: readonly object[];
} {
  const given = (name: string) => ({ required: [name] });
  const rules = [
    ...exactlyOne.map(names => ({ oneOf: names.map(given) })),
    ...atMostOne.map(names => ({ not: { required: names } })),
    ...atLeastOne.map(names => ({ anyOf: names.map(given) })),
  ];
  return rules.length === 0 ? {} : { allOf: rules };
}
