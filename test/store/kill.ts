import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Store } from '../../src/store.ts';
import { type Said, startWriter } from './writers.ts';

/** Every batch has two processes that write and one that rotates keys; all are killed. */
const BATCHES = 10;
const MOST_LINES = 9;
const LONGEST_REST_MS = 15;

/**
 * Starts real processes on one store and kills them (SIGKILL) at random moments, a batch at a time. Afterwards, and
 * seen by a process that was there all along: all that was acknowledged is there, and nothing is there by half.
 */
export async function killWriters(
  program: string,
  store: Store,
  place: string,
  keys: string,
  seed: number,
): Promise<number> {
  const random = createRandom(seed);
  const said: Said[] = [];
  let kills = 0;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const writers = ['write', 'write', 'rotate'].map((role, index) =>
      startWriter(program, [role, place, keys, `writer ${batch}.${index}`]),
    );
    await Promise.all(
      writers.map(async writer => {
        // One in ten while it opens the store; the others somewhere behind what they have acknowledged.
        await writer.until(Math.floor(random() * (MOST_LINES + 1)));
        await pause(random() * LONGEST_REST_MS);
        writer.process.kill('SIGKILL');
        expect(await writer.ended, `seed ${seed}: ${writer.errors()}`).toBe(null);
        kills += 1;
        said.push(...writer.said());
      }),
    );
    await verify(store, said, `writer ${batch}.`, seed);
  }
  await verify(store, said, '', seed);
  expect(said.filter(({ kind }) => kind === 'whole').length, `seed ${seed}`).toBeGreaterThan(BATCHES);
  expect(said.filter(({ kind }) => kind === 'rotated').length, `seed ${seed}`).toBeGreaterThan(0);
  return kills;
}

/** Looks at the connections with this in their names, and at everything that was said of them. */
async function verify(store: Store, all: readonly Said[], part: string, seed: number): Promise<void> {
  const hint = `seed ${seed}`;
  const connections = new Map(
    (await store.connections.list({ nameContains: part, limit: 10_000 })).map(each => [each.id, each]),
  );
  const said = all.filter(({ name }) => name.startsWith(part));
  for (const { kind, id } of said) {
    if (kind !== 'rotated') expect(connections.has(id), `${hint}: ${kind} ${id} was acknowledged`).toBe(true);
  }
  for (const { id, name, definition, lockVersion } of connections.values()) {
    if (name.endsWith('whole')) {
      const { length } = await store.operations.list(id);
      expect(length, `${hint}: ${id} was imported by half`).toBe(Number(definition));
      continue;
    }
    const secret = (await store.secrets.read(id)).get('number')?.reveal();
    expect(secret, `${hint}: ${id} was changed by half`).toBe(definition);
    expect(lockVersion).toBe(Number(definition) + 1);
    expect(Number(definition), hint).toBeGreaterThanOrEqual(last(said, 'counter', id));
    const token = await store.tokens.of(id).get('key');
    expect(Number(token?.record.token?.value.reveal() ?? 0), hint).toBeGreaterThanOrEqual(
      last(said, 'token', id),
    );
  }
}

function last(said: readonly Said[], kind: string, id: string): number {
  return said.findLast(each => each.kind === kind && each.id === id)?.number ?? 0;
}

/** The same numbers for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
