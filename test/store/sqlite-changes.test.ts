import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { Change } from '../../src/store.ts';
import { soon } from '../../src/testing/soon.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { openSqlitePair } from './stores.ts';

it('a SQLite store that missed more changes than are kept is told that everything may have changed', async () => {
  const { store, path, close } = await openSqlitePair(createFakeClock());
  const changes: Change[] = [];
  const stop = store.changes.subscribe(change => changes.push(change));
  const other = new DatabaseSync(path);
  const announce = (count: number) => {
    other.exec(`BEGIN; WITH RECURSIVE step (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < ${count})
      INSERT INTO changes (kind, subject) SELECT 'connection', 'id ' || n FROM step;
      DELETE FROM changes WHERE sequence <= (SELECT MAX(sequence) FROM changes) - 1000; COMMIT`);
  };
  announce(1_500);
  await soon(() => changes.length > 0);
  expect(changes).toEqual([{ kind: 'everything' }]);
  changes.length = 0;
  announce(2);
  await soon(() => changes.length > 0);
  expect(changes).toEqual([
    { kind: 'connection', connectionId: 'id 1' },
    { kind: 'connection', connectionId: 'id 2' },
  ]);
  stop();
  other.close();
  await close();
});
