import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** What 150 connections keep after collection, beyond the first 50, in bytes of heap and external memory each. */
const measure = `
const { createEngine } = await import(process.argv[1]);
const { createCannedTransport } = await import(process.argv[2]);
const answer = ({ url }) => ({
  headers: [['content-type', 'application/json']],
  body: url.endsWith('/token') ? '{"access_token":"a-token-of-this-test","expires_in":3600}' : '{"id":1}',
});
const idle = createCannedTransport(answer).transport;
// One for each request, because it remembers what it has sent.
const send = (request, context) => createCannedTransport(answer).transport.send(request, context);
const engine = createEngine({ transport: { ...idle, send } });
const open = nth => engine.connection({
  name: 'Acme ' + nth,
  config: {
    baseUrl: 'https://api.ferrule.test/v1',
    auth: {
      authType: 'client_credentials', tokenUrl: 'https://api.ferrule.test/token',
      clientId: 'c', clientSecret: '<<Client Secret>>',
    },
  },
  secrets: { 'Client Secret': 'the-secret-of-this-test' },
  operations: [{
    name: 'Users',
    config: {
      method: 'GET', path: '/t' + nth + '/<<Team>>/users', params: { q: '<<Query>>', limit: '{{Limit [1-100]}}' },
      headers: { 'X-Request-Id': '<<Request Id>>', 'X-Tenant': 'tenant-<<Tenant>>' },
    },
    outputs: { Id: { value: 'body.id' }, First: { value: 'body.users?.[0].email' }, Next: { value: "body.next ?? ''" } },
  }],
});
const parameters = { Team: 'a', Query: 'q', Limit: 10, 'Request Id': 'r', Tenant: 't' };
const use = async (from, to, execute) => {
  for (let nth = from; nth < to; nth += 1) {
    const connection = open(nth);
    if (execute) await connection.execute('Users', parameters);
  }
};
const kept = () => {
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
const each = async (first, execute) => {
  await use(first, first + 50, execute);
  const before = kept();
  await use(first + 50, first + 200, execute);
  return Math.round((kept() - before) / 150);
};
const compiled = await each(0, false);
console.log(JSON.stringify({ compiled, executed: await each(200, true) }));
await engine.close();
`;

describe('an idle connection', () => {
  it('keeps little memory, compiled and after its first execution', async () => {
    const href = (path: string) => new URL(path, import.meta.url).href;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--input-type=module',
      '--eval',
      measure,
      href('../../src/index.ts'),
      href('../support/canned-transport.ts'),
    ]);
    const { compiled, executed } = JSON.parse(stdout) as Record<'compiled' | 'executed', number>;
    // Measured 7.8 and 10.7 kB. What the compiler needed, kept for as long as a plan, would be as much again; so would
    // texts of their own for each of connections that are alike.
    expect(compiled).toBeGreaterThan(2_000);
    expect(compiled).toBeLessThan(10_000);
    expect(executed).toBeLessThan(13_000);
  }, 20_000);
});
