import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';

const secret = 'c4n4ry/"S3cr&t';

const places = {
  'a type of authentication': { config: { auth: { authType: secret } } },
  'the type of the connection': { type: secret },
  'a template that cannot be read': { operation: { path: `/x/${secret}{{#open}}` } },
  'an expression that cannot be read': { outputs: { O: { value: `body.${secret}` } } },
  'a name': { name: `the ${secret} of ${'x'.repeat(5_000)}`, operation: { method: 'SEND' } },
  'a method': { operation: { method: secret } },
};

it.each(Object.entries(places))('a secret that was pasted as %s is not repeated', async (_place, wrong) => {
  const { config = {}, operation = {}, outputs = {}, ...rest } = wrong as Record<string, object>;
  await using engine = createEngine();
  const definition = {
    name: 'Pasted',
    secrets: { Key: secret },
    config: { baseUrl: 'https://api.example.com', ...config },
    operations: [{ name: 'Get', config: { method: 'GET', path: '/x', ...operation }, outputs }],
    ...rest,
  };
  const failure = await failureOf(() => engine.connection(definition as never));
  expect(failure.category).toBe('definition');
  expect(failure.message.length).toBeLessThan(1_000);
  expect(inspect(failure, { depth: 9 })).not.toContain('c4n4ry');
});

it('a credential that is written out is not repeated in a warning', async () => {
  await using engine = createEngine();
  const { diagnostics } = engine.connection({
    name: 'Pasted',
    config: {
      baseUrl: 'https://api.example.com',
      auth: { authType: 'basic', username: 'me', password: 'pa55word-<<' },
    },
    operations: [{ name: 'Get', config: { method: 'GET', path: '/x?key=pa55word-<<' } }],
  });
  expect(diagnostics).not.toEqual([]);
  expect(JSON.stringify(diagnostics)).not.toContain('pa55word');
});
