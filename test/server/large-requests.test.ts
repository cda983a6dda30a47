import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, testSettings, type World } from './server-world.ts';

let world: World;
let key: string;

beforeAll(async () => {
  const limits = { ...testSettings.limits, maxBodyBytes: 10 * 1024 * 1024 };
  world = await startWorld({ settings: { limits } });
  key = await world.keyFor('read');
});

afterAll(() => world.close());

const transform = (body: unknown) => world.ask('POST', '/api/transform', body, { key });

describe('large requests', () => {
  it('may hold a text of any length', async () => {
    const { status, body } = await transform({
      outputs: { Length: { value: 'body.length' } },
      raw: { body: 'a'.repeat(9_000_000) },
    });
    expect([status, body]).toEqual([200, { Length: 9_000_000 }]);
  });

  it('are read once from front to back, also when a text in them does not end', async () => {
    const startedAtMs = performance.now();
    const { status, body } = await transform(`{"a":"${'\\"'.repeat(100_000)}`);
    expect([status, body.errorKey]).toEqual([400, 'REQUEST_INVALID']);
    // A pattern that starts anew at every quote takes half a minute for it.
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });

  it('are told apart from deep ones by brackets that are not in texts', async () => {
    const brackets = '['.repeat(300);
    expect((await transform({ raw: { body: `${brackets}\\"${brackets}` } })).status).toBe(200);
    const deep = await transform(`{"a":"\\\\","b":${brackets}${']'.repeat(300)}}`);
    expect([deep.status, deep.body.error]).toEqual([400, expect.stringContaining('nested too deep')]);
  });
});
