import { Buffer } from 'node:buffer';
import { createSecretKey, randomBytes } from 'node:crypto';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { createDigester, type Digester } from '../encryption/digester.ts';
import type { Sealer } from '../encryption/sealer.ts';
import type { KeyProvider } from '../ports/key-provider.ts';
import { bytes, optionalInteger, text } from './row.ts';
import type { Row, SqlDatabase } from './sql-database.ts';

const NAME = 'digest key';
const PLACE = `sealed_settings/${NAME}`;

/**
 * Opens the key of the database's digests, which is made when the database is new. It is sealed like every record, so
 * this is where a wrong encryption key shows, before anything is written: ENCRYPTION_KEY_WRONG for a key this database
 * never knew, ENCRYPTION_KEY_RETIRED for one that was replaced, ENCRYPTION_KEY_MISSING when the database is still
 * under another key than those that were given.
 */
export async function openDigester(
  database: SqlDatabase,
  sealer: Sealer,
  keys: KeyProvider,
): Promise<Digester> {
  const row = (await read(database)) ?? (await create(database, sealer));
  const needed = text(row, 'key_id');
  if (!(await keys.has(needed))) throw await toKeyError(database, needed, await keys.currentKeyId());
  const key = Buffer.from(await sealer.openText(PLACE, bytes(row, 'sealed')), 'base64');
  await database.query(
    'INSERT INTO encryption_keys (id, since_at) VALUES (:id, :now) ON CONFLICT (id) DO NOTHING',
    { id: await keys.currentKeyId() },
  );
  return createDigester(createSecretKey(key));
}

async function read(database: SqlDatabase): Promise<Row | undefined> {
  const [row] = await database.query('SELECT sealed, key_id FROM sealed_settings WHERE name = :name', {
    name: NAME,
  });
  return row;
}

/** Of several processes that make one at once, the first one's is the key. */
async function create(database: SqlDatabase, sealer: Sealer): Promise<Row> {
  const sealed = await sealer.sealText(PLACE, randomBytes(32).toString('base64'));
  await database.query(
    `INSERT INTO sealed_settings (name, sealed, key_id) VALUES (:name, :sealed, :keyId)
     ON CONFLICT (name) DO NOTHING`,
    { name: NAME, ...sealed },
  );
  return (await read(database)) ?? {};
}

async function toKeyError(database: SqlDatabase, needed: string, given: string): Promise<FerruleError> {
  const [row] = await database.query('SELECT retired_at FROM encryption_keys WHERE id = :given', { given });
  const facts = { expected: `the key ${needed}`, found: `the key ${given}`, details: { needed, given } };
  if (row === undefined) {
    return new FerruleError('ENCRYPTION_KEY_WRONG', 'The encryption key is not the one of this database', {
      ...facts,
      hint: 'Give the key with the named id. When a new key should replace it, give the new one first and it behind.',
    });
  }
  const retiredAtMs = optionalInteger(row, 'retired_at');
  if (retiredAtMs === undefined) {
    return new FerruleError('ENCRYPTION_KEY_MISSING', 'Records are still under an older encryption key', {
      ...facts,
      hint: 'Give the named key too, behind the current one, and rotate to the end.',
    });
  }
  const since = new Date(retiredAtMs).toISOString();
  return new FerruleError('ENCRYPTION_KEY_RETIRED', `The encryption key was replaced on ${since}`, facts);
}
