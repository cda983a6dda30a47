import { describe, it } from 'vitest';
import { openMemoryStore } from '../../src/store.ts';
import { describeStore, describeWorkQueue } from '../../src/testing/index.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { openSqlitePair } from './stores.ts';

const openMemory = async () => {
  const clock = createFakeClock();
  const store = await openMemoryStore({ clock });
  return { store, other: store, now: clock.now, pass: clock.advance, close: () => store.close() };
};

const openSqlite = async () => {
  const clock = createFakeClock();
  const pair = await openSqlitePair(clock);
  return { ...pair, now: clock.now, pass: clock.advance };
};

describeStore('The memory store', { describe, it }, openMemory);
describeWorkQueue('The memory store', { describe, it }, openMemory);
describeStore('The SQLite store', { describe, it }, openSqlite);
describeWorkQueue('The SQLite store', { describe, it }, openSqlite);
