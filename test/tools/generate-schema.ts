import { toJsonSchema } from '@valibot/to-json-schema';
import { definitionSchemas } from '../../src/definition/schemas.ts';

/**
 * The JSON Schema (draft 07, which editors know best) of a connection document, with the parts that stand for
 * themselves under `$defs`: `#/$defs/operation` judges an operation alone.
 */
export function generateSchema(): Record<string, unknown> {
  const { connection, ...definitions } = definitionSchemas();
  const schema = toJsonSchema(connection, { target: 'draft-07', typeMode: 'input', definitions });
  return {
    ...schema,
    title: 'Ferrule connection',
    description:
      'A connection with its operations, as Ferrule accepts it: the present form and older spellings.',
  };
}
