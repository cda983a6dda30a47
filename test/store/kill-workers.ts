import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { SecretValue, type Store } from '../../src/store.ts';
import { createRandom } from './kill.ts';
import { type Said, startWriter } from './writers.ts';

const EXECUTIONS = 240;
const BATCHES = 3;
const WORKERS = 3;
/** What a worker takes at once. */
const IN_HAND = 3;

/**
 * Starts workers on one queue and kills them (SIGKILL) at random moments, a batch at a time; the last ones live. All
 * is done, nothing that was finished is begun again, and nothing is repeated but what a killed one had in hand.
 */
export async function killWorkers(
  program: string,
  store: Store,
  place: string,
  keys: string,
  seed: number,
): Promise<void> {
  const random = createRandom(seed);
  const { id: connectionId } = await store.connections.create({ name: 'queue', definition: '{}' });
  const batchId = randomUUID();
  const ids = Array.from({ length: EXECUTIONS }, () => randomUUID());
  const common = { batchId, connectionId, operationId: undefined, principal: 'test', keepMs: 60_000 };
  const request = new SecretValue('{}');
  await store.queue.enqueue(ids.map(id => ({ ...common, id, request, maxAttempts: 100 })));

  const said: Said[] = [];
  for (let batch = 0; batch <= BATCHES; batch += 1) {
    const workers = Array.from({ length: WORKERS }, (_, index) =>
      startWriter(program, ['work', place, keys, `worker ${batch}.${index}`]),
    );
    for (const worker of workers) {
      if (batch < BATCHES) {
        await worker.until(1 + Math.floor(random() * 30));
        worker.process.kill('SIGKILL');
      }
      const code = await worker.ended;
      expect([null, 0], `seed ${seed}: ${worker.errors()}`).toContain(code);
      said.push(...worker.said());
    }
  }
  const begun = said.filter(({ kind }) => kind === 'begun');
  const lastBegun = new Map<string, number>();
  for (const { id, number } of begun) lastBegun.set(id, Math.max(number, lastBegun.get(id) ?? 0));
  const finished = said.filter(({ kind }) => kind === 'finished');
  const late = finished.filter(({ id, number }) => (lastBegun.get(id) ?? 0) > number);
  expect(late, `seed ${seed}: finished, and begun again`).toEqual([]);
  // Some that were begun were killed before they could say so.
  expect(begun.length, `seed ${seed}`).toBeGreaterThanOrEqual(EXECUTIONS);
  expect(begun.length - EXECUTIONS, `seed ${seed}: repeated`).toBeLessThanOrEqual(
    BATCHES * WORKERS * IN_HAND,
  );
  const states = await store.queue.list({ batchId, limit: 1_000 });
  expect(states.map(({ state }) => state)).toEqual(ids.map(() => 'succeeded'));
  for (const id of ids) expect((await store.queue.result(id))?.reveal(), `seed ${seed}`).toBe(id);
}
