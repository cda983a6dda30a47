import { deepFreeze } from '../../../src/base/deep-freeze.ts';
import type { ConnectionInput } from '../../../src/index.ts';
import { measureWindow, readTask } from './window.ts';

/** Compiles connections of many operations, and opens one again and again. */
export interface CompileTask {
  readonly entry: string;
  readonly operations: number;
  readonly compilations: number;
  readonly openings: number;
}

const { entry, operations, compilations, openings } = readTask<CompileTask>();
const { createEngine } = (await import(entry)) as typeof import('../../../src/index.ts');
const engine = createEngine();
const definitions = Array.from({ length: 2 * compilations + 1 }, (_, nth) => toDefinition(nth));

await measureWindow('first', async () => void engine.connection(definitions[0] ?? ''));
for (const definition of definitions.slice(1, compilations + 1)) engine.connection(definition);
await measureWindow('compiled', async () => {
  for (const definition of definitions.slice(compilations + 1)) engine.connection(definition);
});
const known = toDefinition(0);
const given = { text: JSON.stringify(known), object: known, 'frozen object': deepFreeze(toDefinition(0)) };
for (const [form, definition] of Object.entries(given)) {
  const connection = engine.connection(definition);
  await measureWindow(`opened ${form}`, async () => {
    for (let opening = 0; opening < openings; opening++) {
      if (engine.connection(definition) !== connection) throw new Error('compiled again');
    }
  });
}
await engine.close();
process.disconnect();

function toDefinition(nth: number): ConnectionInput {
  return {
    name: `Compiled ${nth}`,
    config: {
      baseUrl: 'https://api.example.com/v1',
      auth: { authType: 'raw_bearer_token', token: '<<Token>>' },
    },
    secrets: { Token: 'a-token' },
    operations: Array.from({ length: operations }, (_, index) => ({
      name: `Operation ${index}`,
      config: {
        method: 'POST' as const,
        path: `/area-${index}/<<Id>>/items`,
        params: { q: '<<Query>>', limit: '{{Limit [1-100]}}' },
        headers: { 'X-Request-Id': '<<Request Id>>' },
        body: { bodyType: 'json' as const, json: { name: '<<Name>>', tags: ['a', '<<Query>>'], nth: index } },
      },
      outputs: {
        Total: { value: 'body.total' },
        Next: { value: "body.next ?? ''" },
        Names: { value: "body.users.map(user => user.name).join(', ')" },
      },
    })),
  };
}
