import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

function connect(headers: Record<string, string | string[]>) {
  return world.engine.connection({
    name: 'Headers',
    config: { baseUrl: world.api.origin, caCert: world.caCert },
    operations: [{ name: 'Get', config: { method: 'GET', path: '/x', headers } }],
  });
}

describe('a Host header of the definition', () => {
  it('is sent, and changes neither where the request goes nor whom it trusts', async () => {
    const connection = connect({ Host: '<<Tenant>>.example.test:8443' });
    await connection.execute('Get', { Tenant: 'a' });
    await connection.execute('Get', { Tenant: 'b' });
    expect(world.api.requests.map(({ header }) => header['host'])).toEqual([
      'a.example.test:8443',
      'b.example.test:8443',
    ]);
  });

  it.each(['[[', '[>', 'a/b', 'a b', 'a,b', 'u@a', '', 'a?b'])('is refused as %j', async value => {
    const connection = connect({ Host: '{{V}}{{^V}}{{/V}}' });
    const failure = await failureOf(connection.execute('Get', { V: value }));
    expect(failure).toMatchObject({ code: 'VALUE_REFUSED', pointer: '/operations/0/config/headers/Host' });
    expect(world.api.requests).toEqual([]);
  });

  it('is one, or the definition is refused', async () => {
    const failure = await failureOf(() => connect({ host: ['a', 'b'] }));
    expect(failure.issues).toMatchObject([
      { code: 'HEADER_INVALID', pointer: '/operations/0/config/headers/host' },
    ]);
  });
});

it('leaves out, with a warning, a header that only the transport may send', async () => {
  const connection = connect({ Expect: '100-continue' });
  expect(connection.diagnostics).toMatchObject([
    { code: 'HEADER_INVALID', pointer: '/operations/0/config/headers/Expect' },
  ]);
});
