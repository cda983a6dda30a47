import type { Route } from '../route.ts';
import { readVersion } from '../version.ts';
import { callComponents } from './call-components.ts';
import { definitionComponents } from './definition-components.ts';
import { ref, type Schema } from './schema-words.ts';

/** The description of the server for programs, made of the same table as its answers. */
export function toOpenApi(routes: readonly Route[]): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ferrule',
      version: readVersion().version,
      description: 'Stores connections to HTTP systems and executes their operations.',
    },
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key of the server, or a token of its issuer.',
        },
      },
      schemas: { ...definitionComponents, ...callComponents },
    },
    security: [{ bearer: [] }],
  };
}

function toOperation({ path, scope, isExecution, description }: Route): Schema {
  const { summary, query = {}, request, page = false, responses } = description;
  const names = [...path.matchAll(/:(\w+)/g)].map(match => match[1] ?? '');
  const parameters = [
    ...names.map(name => ({ in: 'path', name, required: true, schema: toPathSchema(name) })),
    ...Object.entries(query).map(([name, meaning]) => ({
      in: 'query',
      name,
      required: false,
      allowEmptyValue: true,
      description: meaning,
      schema: { type: 'string' },
    })),
  ];
  const failures = scope === 'open' ? {} : { 401: 'Error_Response', 403: 'Error_Response' };
  const all = { ...failures, ...(isExecution ? { 503: 'Error_Response' } : {}), ...responses };
  return {
    summary,
    ...(scope === 'open' ? { security: [] } : { 'x-scope': scope }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request === undefined ? {} : { requestBody: { content: toContent(request) } }),
    responses: Object.fromEntries(
      Object.entries(all).map(([status, schema]) => [
        status,
        {
          description: Number(status) < 400 ? 'Done.' : 'Not done; the body says why.',
          content: page && Number(status) !== 503 ? { 'text/html': {} } : toContent(schema),
        },
      ]),
    ),
  };
}

/** Ids are UUIDs; what else stands in a path is text. */
function toPathSchema(name: string): Schema {
  return /id$/.test(name) ? { type: 'string', format: 'uuid' } : { type: 'string' };
}

function toContent(schema: string): Schema {
  return { 'application/json': schema === '' ? {} : { schema: ref(schema) } };
}
