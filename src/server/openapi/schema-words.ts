/** JSON Schema (2020-12), in the few words that the components need. */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const nullableText: Schema = { type: ['string', 'null'] };
export const uuid: Schema = { type: 'string', format: 'uuid' };
export const time: Schema = { type: 'string', format: 'date-time' };
export const integer: Schema = { type: 'integer' };
export const number: Schema = { type: 'number' };
export const flag: Schema = { type: 'boolean' };
export const anything: Schema = {};
export const anyObject: Schema = { type: 'object' };

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const either = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });
export const described = (schema: Schema, description: string): Schema => ({ ...schema, description });

/** An object with these fields; names that end in `?` may be left out. */
export function fields(properties: Readonly<Record<string, Schema>>, open = false): Schema {
  const names = Object.keys(properties);
  const required = names.filter(name => !name.endsWith('?'));
  return {
    type: 'object',
    properties: Object.fromEntries(names.map(name => [name.replace(/\?$/, ''), properties[name]])),
    ...(required.length === 0 ? {} : { required }),
    ...(open ? {} : { additionalProperties: false }),
  };
}

/** The same with every field left out at will. */
export function partial(schema: Schema): Schema {
  const { required: _required, ...rest } = schema;
  return rest;
}
