import type { GenericSchema } from 'valibot';
import { createBodySchema } from './body-schema.ts';
import { defaults } from './defaults.ts';
import { fields, isObject, judgedBy, mapOf, oneOf, refusal, textOrTexts, wholeNumber } from './schema-kit.ts';
import { valibot } from './valibot.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'] as const;
const LOWER_CASE_METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'] as const;
const INPUT_TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const;

/** Schemas of an operation and of the parts it shares with connections. Built once, so that each is one definition. */
export function createOperationSchemas() {
  const v = valibot();
  const method = oneOf([...METHODS, ...LOWER_CASE_METHODS]);
  const headers = mapOf(textOrTexts());
  const params = mapOf(textOrTexts());
  const body = createBodySchema();
  const operationConfig = httpOnly(
    fields({
      configType: v.exactOptional(oneOf(['http'])),
      method,
      path: v.string(),
      params: v.exactOptional(params, {}),
      headers: v.exactOptional(headers, {}),
      body: v.exactOptional(body, defaults.body),
      includeEmptyParams: v.exactOptional(v.boolean(), false),
      followRedirect: v.exactOptional(v.boolean(), false),
      streamResponse: v.exactOptional(v.boolean(), false),
    }),
  );
  const outputs = mapOf(
    fields({
      value: v.string(),
      children: v.exactOptional(mapOf(v.string())),
      language: v.exactOptional(oneOf(['javascript', 'jsonata'])),
    }),
  );
  const inputs = mapOf(
    fields({
      type: v.exactOptional(oneOf(INPUT_TYPES)),
      title: v.exactOptional(v.string()),
      description: v.exactOptional(v.string()),
      required: v.exactOptional(v.boolean()),
      default: v.exactOptional(v.unknown()),
      enum: v.exactOptional(v.array(v.unknown())),
      minimum: v.exactOptional(v.number()),
      maximum: v.exactOptional(v.number()),
    }),
  );
  const operation = fields({
    ...serverFields(),
    connectionId: v.exactOptional(v.unknown()),
    name: v.string(),
    config: operationConfig,
    outputs: v.exactOptional(outputs, {}),
    inputs: v.exactOptional(inputs, {}),
    notes: v.exactOptional(v.nullable(v.string())),
    documentationLink: v.exactOptional(v.string(), ''),
  });
  const status = wholeNumber(100, 599);
  const statuses = v.array(status);
  const expression = v.string();
  const test = fields({
    method: v.exactOptional(method, defaults.testMethod),
    path: v.string(),
    headers: v.exactOptional(headers, {}),
    body: v.exactOptional(body, defaults.body),
    expect: v.exactOptional(
      v.nullable(
        judgedBy(v.union([status, statuses, expression]), input => {
          if (Array.isArray(input)) return statuses;
          if (typeof input === 'number') return status;
          if (typeof input === 'string') return expression;
          return refusal('wrong_type', 'a status, a list of statuses, an expression or null');
        }),
      ),
    ),
  });
  return { method, operation, operationConfig, body, headers, params, outputs, inputs, test };
}

/** What Integrator's server adds to everything it stores. */
export function serverFields() {
  const v = valibot();
  const ignored = v.exactOptional(v.unknown());
  return { id: ignored, insertedAt: ignored, updatedAt: ignored, lockVersion: ignored, status: ignored };
}

/** A config of another type gets one answer, not a complaint about each field of a database. */
export function httpOnly<Schema extends GenericSchema>(schema: Schema): Schema {
  const v = valibot();
  return judgedBy(schema, input =>
    isObject(input) && Object.hasOwn(input, 'configType') && input['configType'] !== 'http'
      ? v.object({ configType: refusal('unsupported_type', 'http') })
      : schema,
  );
}
