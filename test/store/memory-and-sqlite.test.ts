import { describe, it } from 'vitest';
import { openMemoryStore } from '../../src/store.ts';
import { describeStore } from '../../src/testing/index.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { openSqlitePair } from './stores.ts';

describeStore('The memory store', { describe, it }, async () => {
  const clock = createFakeClock();
  const store = await openMemoryStore({ clock });
  return { store, other: store, now: clock.now, pass: clock.advance, close: () => store.close() };
});

describeStore('The SQLite store', { describe, it }, async () => {
  const clock = createFakeClock();
  const pair = await openSqlitePair(clock);
  return { ...pair, now: clock.now, pass: clock.advance };
});
