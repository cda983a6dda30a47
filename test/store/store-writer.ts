import { setTimeout as pause } from 'node:timers/promises';
import {
  createKeyring,
  FerruleError,
  openPostgresStore,
  openSqliteStore,
  SecretValue,
  type Store,
} from '../../src/store.ts';

/**
 * A process of its own that writes until it is killed, and says on its output what was acknowledged, one line each.
 * Arguments: role, where the store is (a file, or a URL with a schema behind `#`), keys, a name for its records.
 */
const [role = '', place = '', keys = '', name = ''] = process.argv.slice(2);

const roles: Readonly<Record<string, (store: Store) => Promise<void>>> = { write, rotate, count, fill, work };

/** Whole connections, and one that is changed again and again: its text and its secret always say the same number. */
async function write(store: Store): Promise<void> {
  const { id } = await store.connections.create({
    name: `${name} counter`,
    definition: '0',
    secrets: new Map([['number', new SecretValue('0')]]),
  });
  say('counter', id, 0);
  const tokens = store.tokens.of(id);
  let version: string | undefined;
  for (let step = 1; ; step += 1) {
    const secrets = new Map([['number', new SecretValue(String(step))]]);
    await store.connections.update(id, { definition: String(step), secrets });
    say('counter', id, step);
    const token = { value: new SecretValue(String(step)), obtainedAtMs: 0, expiresAtMs: Infinity };
    version = await store.tokens
      .of(id)
      .compareAndSet('key', version, { token, needsReauth: undefined, discardAtMs: undefined });
    if (version === undefined) throw new FerruleError('INTERNAL_DEFECT', 'Nobody else writes this token');
    say('token', id, step);
    await tokens.acquireLease('key', name, 1_000);
    const size = 1 + (step % 7);
    const operations = Array.from({ length: size }, (_, index) => ({
      name: `op ${index}`,
      definition: '{}',
    }));
    const whole = await store.connections.import({
      name: `${name} whole`,
      definition: String(size),
      operations,
    });
    say('whole', whole.connection.id, size);
  }
}

/** From one key to the other and back. */
async function rotate(first: Store): Promise<void> {
  const [one = '', two = ''] = keys.split(',');
  const stores = [await open(`${two},${one}`), first];
  for (let turn = 0; ; turn += 1) {
    const report = await stores[turn % 2]?.rotateEncryptionKey({ batchSize: 3 });
    say('rotated', report?.keyId ?? '', report?.rotated ?? 0);
  }
}

/** Adds one to a number, again and again; whoever was too late reads it anew. */
async function count(store: Store): Promise<void> {
  let conflicts = 0;
  for (let done = 0; done < 25; ) {
    const present = await store.connections.get(name);
    if (present === undefined) return;
    try {
      const definition = String(Number(present.definition) + 1);
      await store.connections.update(name, { definition, lockVersion: present.lockVersion });
      done += 1;
    } catch (error) {
      if (!(error instanceof FerruleError) || error.code !== 'STORE_CONFLICT') throw error;
      conflicts += 1;
    }
  }
  say('counted', name, conflicts);
}

/** Until the disk takes no more; then reads everything again. */
async function fill(store: Store): Promise<void> {
  for (;;) {
    try {
      const { id } = await store.connections.create({ name, definition: 'x'.repeat(20_000) });
      say('created', id, 1);
    } catch (error) {
      say('failed', error instanceof FerruleError ? error.code : 'not typed', 0);
      say('listed', '', (await store.connections.list({ name })).length);
      return;
    }
  }
}

/** Does what is queued, and puts back what others left; the result of an execution is its id. Ends when nothing is left. */
async function work(store: Store): Promise<void> {
  const { queue } = store;
  for (;;) {
    const claimed = await queue.claims.claim({ owner: name, leaseMs: 1_000, limit: 3 });
    for (const each of claimed) say('begun', each.item.id, each.item.attempts);
    for (const each of claimed) {
      await pause(2);
      const result = new SecretValue(each.item.id);
      if (await queue.claims.finish(each, { state: 'succeeded', result })) {
        say('finished', each.item.id, each.item.attempts);
      }
    }
    if (claimed.length > 0) continue;
    await queue.claims.recover();
    const left = [...(await queue.list({ state: 'queued' })), ...(await queue.list({ state: 'running' }))];
    if (left.length === 0) return;
    await pause(20);
  }
}

function open(keyText: string): Promise<Store> {
  const [address = '', schema] = place.split('#');
  const provider = createKeyring(keyText);
  if (schema === undefined) return openSqliteStore({ path: address, keys: provider });
  return openPostgresStore({ url: address, schema, keys: provider, maxConnections: 2 });
}

/** Written before the next step begins: writes into a pipe do not wait for a turn of the event loop. */
function say(kind: string, id: string, number: number): void {
  process.stdout.write(`${kind} ${id} ${number}\n`);
}

const store = await open(keys);
await roles[role]?.(store);
await store.close();
