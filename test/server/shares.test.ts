import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExecutionSlots } from '../../src/server/execution-slots.ts';
import { connectionTo, startWorld, testSettings, type World } from './server-world.ts';

let world: World;
let connectionId: string;

beforeAll(async () => {
  const limits = { ...testSettings.limits, maxConcurrent: 8 };
  world = await startWorld({ settings: { limits } });
  connectionId = (await world.ask('POST', '/api/connections', connectionTo(world.system))).body.id;
});

afterAll(() => world.close());

const execute = (key: string, path: string, signal?: AbortSignal) =>
  world.ask(
    'POST',
    '/api/execute',
    { connectionId, operation: { config: { configType: 'http', method: 'GET', path } } },
    { key, ...(signal === undefined ? {} : { signal }) },
  );

/** Begins executions that last until they are ended, as many as are let in, and tells how many that are. */
async function flood(key: string, attempts: number) {
  const ending = new AbortController();
  let refused = 0;
  let refusal: unknown;
  const all = Array.from({ length: attempts }, async () => {
    const answer = await execute(key, '/slow', ending.signal).catch(() => undefined);
    if (answer === undefined) return;
    refused += 1;
    refusal = [answer.status, answer.body.errorKey, answer.headers.get('retry-after'), answer.body.error];
  });
  const holds = async (count: number) => {
    await expect.poll(() => attempts - refused).toBe(count);
    return refusal;
  };
  const end = async () => {
    ending.abort();
    await Promise.all(all);
  };
  return { holds, end };
}

describe('one caller that floods the server', () => {
  it('leaves places for others, who get them at once', async () => {
    const [loud, second, third, fourth] = await Promise.all(
      Array.from({ length: 4 }, () => world.keyFor('manage')),
    );
    const first = await flood(loud ?? '', 20);
    const refusal = [503, 'SERVER_BUSY', '1', expect.stringContaining('The caller runs as many')];
    expect(await first.holds(6)).toEqual(refusal);
    expect((await execute(second ?? '', '/me')).status).toBe(200);
    const other = await flood(second ?? '', 20);
    expect(await other.holds(1)).toEqual(refusal);
    expect((await execute(third ?? '', '/me')).status).toBe(200);
    const last = await flood(third ?? '', 1);
    await last.holds(1);
    await expect
      .poll(async () => (await execute(fourth ?? '', '/me')).body.error)
      .toContain('The server runs as many');
    await first.end();
    await expect.poll(async () => (await execute(fourth ?? '', '/me')).status).toBe(200);
    await Promise.all([other.end(), last.end()]);
  });

  it('gets its share back when its executions have ended', async () => {
    const key = await world.keyFor('manage');
    for (let round = 0; round < 2; round += 1) {
      const flooding = await flood(key, 10);
      await flooding.holds(6);
      await flooding.end();
      await expect.poll(async () => (await execute(key, '/me')).status).toBe(200);
    }
  });
});

describe('the places for executions', () => {
  const fill = (slots: ExecutionSlots, caller: string) => {
    const taken: (() => void)[] = [];
    for (;;) {
      try {
        taken.push(slots.take(caller));
      } catch {
        return taken;
      }
    }
  };

  it('are shared so that four that flood leave one for a fifth', () => {
    const slots = new ExecutionSlots({ limit: 256, sharePercent: 75 });
    const held = ['a', 'b', 'c', 'd', 'e'].map(caller => fill(slots, caller).length);
    expect(held).toEqual([192, 48, 12, 3, 1]);
  });

  it('are never all taken by one caller, whatever the settings, unless there is one place or no share', () => {
    const settings = fc.record({
      limit: fc.integer({ min: 2, max: 300 }),
      sharePercent: fc.integer({ min: 1, max: 99 }),
    });
    fc.assert(
      fc.property(settings, ({ limit, sharePercent }) => {
        const slots = new ExecutionSlots({ limit, sharePercent });
        expect(fill(slots, 'loud').length).toBeLessThan(limit);
        expect(fill(slots, 'other').length).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
    for (const [limit, sharePercent] of [
      [1, 75],
      [9, 100],
    ] as const) {
      expect(fill(new ExecutionSlots({ limit, sharePercent }), 'only').length).toBe(limit);
    }
  });

  it('go back to whoever had more than a share only as others leave room', () => {
    const slots = new ExecutionSlots({ limit: 8, sharePercent: 75 });
    const loud = fill(slots, 'loud');
    const other = fill(slots, 'other');
    expect([loud.length, other.length]).toEqual([6, 1]);
    for (const giveBack of loud.splice(0, 3)) giveBack();
    expect(fill(slots, 'other').length).toBe(2);
    // Of the five that the other leaves, three.
    expect(fill(slots, 'loud').length).toBe(0);
    for (const giveBack of [...loud, ...loud]) giveBack();
    expect([slots.taken, fill(slots, 'loud').length]).toEqual([3, 3]);
  });
});
