import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** The shapes of Integrator's REST API, as JSON Schema: which answer has which shape, and whether one has it. */
export interface Shapes {
  readonly endpoints: readonly Endpoint[];
  /** What is wrong with the answer of an endpoint; empty when it has the shape that is published for its status. */
  problemsOf(method: string, path: string, status: number, body: unknown): string;
}

export interface Endpoint {
  readonly method: string;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly statuses: readonly number[];
}

type Json = Readonly<Record<string, unknown>>;

const document = JSON.parse(readFileSync(new URL('./integrator-shapes.json', import.meta.url), 'utf8'));

/** Read anew, so that a test may compile as it likes. */
export function readShapes(): Shapes {
  const ajv = new Ajv({
    strict: false,
    formats: { double: true, int32: true, uuid: UUID, 'date-time': DATE_TIME },
  });
  const schemas = document.components.schemas;
  for (const [name, schema] of Object.entries(schemas)) {
    ajv.addSchema(toJsonSchema(corrected(name, schema)) as object, `#/components/schemas/${name}`);
  }
  const endpoints = Object.entries<Record<string, { responses: Json }>>(document.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => ({
        method: method.toUpperCase(),
        path,
        statuses: Object.keys(responses).map(Number),
      })),
  );
  return {
    endpoints,
    problemsOf(method, path, status, body) {
      const response = document.paths[path]?.[method.toLowerCase()]?.responses[status];
      if (response === undefined) return `${method} ${path} has no shape for status ${status}`;
      const schema = response.content['application/json'].schema ?? {};
      const validate = ajv.compile(toJsonSchema(schema) as object);
      return validate(body) ? '' : ajv.errorsText(validate.errors);
    },
  };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Two shapes contradict themselves: the health status requires a name that it does not allow, and the answer of a
 * debugged execution fits both of two alternatives of which it may fit one.
 */
function corrected(name: string, schema: unknown): unknown {
  if (name !== 'Health_Status') return schema;
  const { properties, ...rest } = schema as { properties: Json };
  return { ...rest, properties: { ...properties, nodeProcessHealth: properties['nodePocessHealth'] } };
}

/** OpenAPI 3.0 says `nullable` where JSON Schema says so by type, and `discriminator` where it says nothing. */
function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, discriminator: _discriminator, example: _example, ...rest } = schema as Json;
  const converted = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key === 'oneOf' ? 'anyOf' : key, toJsonSchema(value)]),
  );
  return nullable === true ? { anyOf: [{ type: 'null' }, converted] } : converted;
}
