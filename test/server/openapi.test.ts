import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoutes } from '../../src/server/routes/routes.ts';
import { connectionTo, echoOperation, startWorld, type World } from './server-world.ts';
import { readShapes } from './shapes.ts';

let world: World;
// biome-ignore lint/suspicious/noExplicitAny: a document of any depth.
let document: any;

beforeAll(async () => {
  world = await startWorld();
  document = (await world.ask('GET', '/api/openapi.json')).body;
});

afterAll(() => world.close());

/** A connection that a person has to authorise. */
function interactive({ server: { origin } }: World) {
  const auth = {
    authType: 'oauth2',
    grant: 'authorization_code',
    account: 'office',
    authorizationUrl: 'https://login.example.com/authorize',
    tokenUrl: 'https://login.example.com/token',
    clientId: 'ferrule',
    redirectUri: `${origin}/oauth/callback`,
  };
  return {
    name: 'Accounting',
    type: 'http',
    config: { configType: 'http', baseUrl: 'https://x.example', auth },
  };
}

/** What is wrong with a value that should have the shape of a component; empty when nothing is. */
function problemsOf(component: string, value: unknown): string {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', components: document.components });
  const validate = ajv.compile({ $ref: `api#/components/schemas/${component}` });
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

describe('the OpenAPI document', () => {
  it('describes every endpoint, all of Integrator’s among them', () => {
    const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    );
    const served = createRoutes().map(
      ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    expect(described.sort()).toEqual(served.sort());
    const published = readShapes().endpoints.map(({ method, path }) => `${method} ${path}`);
    expect(published.filter(endpoint => !described.includes(endpoint))).toEqual([]);
  });

  it('refers only to components that exist', () => {
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      match => match[1] ?? '',
    );
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter(name => !(name in document.components.schemas))).toEqual([]);
  });

  it('says which endpoints need no key, and which scope the others need', () => {
    const operations = Object.values<Record<string, Record<string, unknown>>>(document.paths).flatMap(
      Object.values,
    );
    const open = operations.filter(operation => JSON.stringify(operation['security']) === '[]');
    expect(open).toHaveLength(4);
    expect(operations.filter(operation => operation['x-scope'] === undefined)).toHaveLength(4);
  });

  it('has the shapes that answers have', async () => {
    const { body: connection } = await world.ask('POST', '/api/connections', connectionTo(world.system));
    const { body: operation } = await world.ask(
      'POST',
      `/api/connections/${connection.id}/operations`,
      echoOperation,
    );
    const call = { connectionId: connection.id, operationId: operation.id, parameters: { Item: 'x' } };
    const its = `/api/connections/${connection.id}`;
    const { body: byPerson } = await world.ask('POST', '/api/connections', interactive(world));
    const connecting = { loginHint: 'jo', parameters: {}, params: { a: 'b' }, switchAccount: true };
    const authorize = `/api/connections/${byPerson.id}/authorize`;
    const accepted = await world.ask('POST', '/api/executions', call);
    const answers = [
      ['Connection', connection],
      ['Operation', operation],
      ['ConnectionExport', (await world.ask('GET', `/api/export/connections/${connection.id}`)).body],
      ['Execute_Config', call],
      ['Debug_Response', (await world.ask('POST', '/api/execute?debug', call)).body],
      ['Executions_Accepted', accepted.body],
      ['Execution', (await world.ask('GET', `/api/executions/${accepted.body.ids[0]}`)).body],
      ['Executions', (await world.ask('GET', '/api/executions')).body],
      ['Dry_Run', (await world.ask('POST', '/api/dry-run', call)).body],
      ['Inspect_Response', (await world.ask('POST', '/api/inspect', { operationId: operation.id })).body],
      ['Connection_Test_Response', (await world.ask('POST', `${its}/test`)).body],
      ['Events', (await world.ask('GET', `${its}/events`)).body],
      ['Connection_Health', (await world.ask('GET', `${its}/health`)).body],
      ['Authorize_Config', connecting],
      ['Authorize_Response', (await world.ask('POST', authorize, connecting)).body],
      ['Disconnect_Response', (await world.ask('POST', `${its}/disconnect`)).body],
      ['Health_Status', (await world.ask('GET', '/api/healthz')).body],
      ['Version_Information', (await world.ask('GET', '/api/version')).body],
      [
        'Validation_Error_Response',
        (await world.ask('POST', '/api/execute', { ...call, parameters: {} })).body,
      ],
      [
        'Problem',
        (
          await world.ask('GET', '/api/connections/x', undefined, {
            headers: { accept: 'application/problem+json' },
          })
        ).body,
      ],
    ] as const;
    expect(answers.map(([name, answer]) => `${name} ${problemsOf(name, answer)}`)).toEqual(
      answers.map(([name]) => `${name} `),
    );
    expect(problemsOf('Connection', { ...connection, extra: 1 })).not.toBe('');
  });
});
