import { FerruleError, type Issue } from '../../errors.ts';
import { type InputFacts, inputFactsOf } from '../compile/input-facts.ts';
import { isVisibleTo } from '../compile/input-schema.ts';
import { renderFieldTemplate } from '../compile/render-field-template.ts';
import type { ConnectionTemplate } from './connection-template.ts';
import { judgeField } from './judge-field.ts';

type FieldValues = Readonly<Record<string, unknown>>;

/** Values of fields, by who gave them. A later one wins over the ones before it. */
export interface FieldLayers {
  readonly template?: ConnectionTemplate | undefined;
  readonly organization?: FieldValues | undefined;
  readonly customer?: FieldValues | undefined;
  readonly user?: FieldValues | undefined;
  /** Given with one call, by the program that makes it. */
  readonly call?: FieldValues | undefined;
}

/** Where the value of a field came from; `computed` is put together from other fields. */
export type FieldSource = 'default' | Exclude<keyof FieldLayers, undefined> | 'computed';

export interface ResolvedFields {
  /** Fields that have a value. */
  readonly fields: FieldValues;
  readonly sources: Readonly<Record<string, FieldSource>>;
  /** Everything that is missing, unknown, wrong or not permitted, at once. */
  readonly issues: readonly Issue[];
}

/**
 * The fields of a connection: template < organization < customer < user < call, over the defaults of its inputs. Customers and
 * users set only what they see: what is shown, permitted to them and not filled by the template. Pure.
 * @param pointer JSON pointer of the connection in the author's code
 */
export function resolveFields(
  definition: { readonly inputs?: object | undefined },
  layers: FieldLayers,
  pointer = '',
): ResolvedFields {
  const inputs = inputFactsOf(definition);
  const fields: Record<string, unknown> = {};
  const sources: Record<string, FieldSource> = {};
  const issues: Issue[] = [];
  const place = (name: string) => `${pointer}/inputs/${name}`;

  const own = inputs.filter(({ templateValue }) => templateValue === undefined);
  for (const { name, defaultValue } of own) {
    if (defaultValue !== undefined) set(fields, sources, name, defaultValue, 'default');
  }
  for (const [source, values] of listLayers(layers)) {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      const issue = judge(name, value, source, { inputs, layers, pointer: place(name) });
      if (issue === undefined) set(fields, sources, name, value, source);
      else issues.push(issue);
    }
  }
  issues.push(...own.filter(isMissing(fields)).map(input => toMissing(input, place(input.name))));
  for (const { name, templateValue } of inputs) {
    if (templateValue === undefined) continue;
    const rendered = render(templateValue, fields, place(name));
    if (typeof rendered === 'string') set(fields, sources, name, rendered, 'computed');
    else if (issues.length === 0) issues.push(rendered);
  }
  return { fields, sources, issues };
}

function listLayers(layers: FieldLayers): readonly (readonly [keyof FieldLayers, FieldValues])[] {
  const { template, organization = {}, customer = {}, user = {}, call = {} } = layers;
  return [
    ['template', template?.fields ?? {}],
    ['organization', organization],
    ['customer', customer],
    ['user', user],
    ['call', call],
  ];
}

function judge(
  name: string,
  value: unknown,
  source: keyof FieldLayers,
  about: {
    readonly inputs: readonly InputFacts[];
    readonly layers: FieldLayers;
    readonly pointer: string;
  },
): Issue | undefined {
  const { inputs, layers, pointer } = about;
  const input = inputs.find(each => each.name === name);
  if (input === undefined) {
    const message = `The connection has no field "${name.slice(0, 100)}"`;
    const expected = inputs.map(each => each.name).join(', ') || 'no fields';
    return { code: 'PARAMETER_UNKNOWN', pointer, message, expected: `one of ${expected}` };
  }
  const refused = (message: string): Issue => ({ code: 'PARAMETER_INVALID', pointer, message });
  if (input.templateValue !== undefined) {
    return refused(`The field "${name}" is put together from others and cannot be set`);
  }
  if (source === 'customer' || source === 'user') {
    // What a customer fills in comes through a form, or through the application that embeds it.
    if (!isVisibleTo('embedded', input)) return refused(`The field "${name}" is not for a ${source} to set`);
    if (Object.hasOwn(layers.template?.fields ?? {}, name)) {
      return refused(`The field "${name}" is filled by the template "${layers.template?.name}"`);
    }
  }
  return judgeField(input, value, pointer);
}

function isMissing(fields: FieldValues): (input: InputFacts) => boolean {
  return ({ name, required }) => required && (fields[name] === undefined || fields[name] === '');
}

function toMissing({ name, label, permission }: InputFacts, pointer: string): Issue {
  return {
    code: 'PARAMETER_MISSING',
    pointer,
    message: `The field "${name}" has no value`,
    expected: `a value for ${label ?? name}${permission === 'customer' ? '' : `, from the ${permission}`}`,
  };
}

function render(template: string, fields: FieldValues, pointer: string): string | Issue {
  try {
    return renderFieldTemplate(template, name => String(fields[name] ?? ''), pointer);
  } catch (error) {
    if (!(error instanceof FerruleError)) throw error;
    const { code, summary, expected } = error;
    return { code, pointer, message: summary, ...(expected === undefined ? {} : { expected }) };
  }
}

/** As an own property, whatever the name: `__proto__` is one like any other. */
function set(
  fields: Record<string, unknown>,
  sources: Record<string, FieldSource>,
  name: string,
  value: unknown,
  source: FieldSource,
): void {
  const traits = { enumerable: true, configurable: true, writable: true };
  Object.defineProperty(fields, name, { value, ...traits });
  Object.defineProperty(sources, name, { value: source, ...traits });
}
