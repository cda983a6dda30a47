import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClaimedWork, SecretValue, type Store } from '../../src/store.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { howToGetPostgres, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { openPostgresPair, openSqlitePair } from './stores.ts';

/** Long enough not to be there by chance, with characters that every encoding writes in its own way. */
const canary = (name: string) => `ca"na/ry+${name}=ü?&42`;

const canaries = [
  'secret',
  'definition',
  'operation',
  'token',
  'refresh',
  'kept',
  'token key',
  'state',
  'verifier',
  'idempotency key',
  'result',
  'work request',
  'work result',
].map(canary);

const OWN_NAME = 'a name that is not secret';

describe('what is on the disk', () => {
  it('holds no secret in any encoding, in SQLite and its log', async () => {
    const clock = createFakeClock();
    const { store, path, close } = await openSqlitePair(clock);
    const apiKey = await fillStore(store, clock.now());
    const folder = dirname(path);
    const names = readdirSync(folder);
    expect(names.some(name => name.endsWith('-wal'))).toBe(true);
    const bytes = Buffer.concat(names.map(name => readFileSync(join(folder, name))));
    expect(bytes.includes(OWN_NAME)).toBe(true);
    expect(findIn(bytes.toString('latin1'), [...canaries, apiKey])).toEqual([]);
    await close();
  });

  it.skipIf(postgresPrograms === undefined)(
    `holds no secret in any encoding, in a dump of PostgreSQL (${postgresPrograms ?? howToGetPostgres})`,
    async () => {
      const clock = createFakeClock();
      const cluster = await startPostgres();
      onTestFinished(() => cluster.remove());
      const { store, close } = await openPostgresPair(cluster, clock);
      const apiKey = await fillStore(store, clock.now());
      const dump = await cluster.dump();
      expect(dump).toContain(OWN_NAME);
      // The dump writes bytes in hexadecimal digits: read as bytes as well.
      const bytes = [...dump.matchAll(/'\\x([0-9a-f]+)'/g)].map(match => Buffer.from(match[1] ?? '', 'hex'));
      expect(bytes.length).toBeGreaterThan(5);
      const text = `${Buffer.from(dump).toString('latin1')}${Buffer.concat(bytes).toString('latin1')}`;
      expect(findIn(text, [...canaries, apiKey])).toEqual([]);
      await close();
    },
  );

  it('would be seen in every encoding', () => {
    const [one = ''] = canaries;
    for (const written of encodings(one)) expect(findIn(`before ${written} after`, [one])).toEqual([one]);
  });
});

async function fillStore(store: Store, nowMs: number): Promise<string> {
  const { id } = await store.connections.create({
    name: OWN_NAME,
    definition: JSON.stringify({ auth: { password: canary('definition') } }),
    secrets: new Map([['key', new SecretValue(canary('secret'))]]),
  });
  const definition = JSON.stringify({ headers: { 'X-Key': canary('operation') } });
  await store.operations.create(id, { name: 'op', definition });
  const token = {
    value: new SecretValue(canary('token')),
    obtainedAtMs: nowMs,
    expiresAtMs: nowMs + 1,
    refreshToken: new SecretValue(canary('refresh')),
    kept: new Map<string, unknown>([['session', new SecretValue(canary('kept'))]]),
  };
  const record = { token, needsReauth: undefined, discardAtMs: undefined };
  await store.tokens.of(id).compareAndSet(canary('token key'), undefined, record);
  await store.tokens.of(id).acquireLease(canary('token key'), 'me', 1_000);
  await store.authorizationStates.put(new SecretValue(canary('state')), {
    connectionId: id,
    content: new SecretValue(canary('verifier')),
    expiresAtMs: nowMs + 60_000,
  });
  const key = { scope: 'client', key: canary('idempotency key') };
  await store.idempotency.begin({ ...key, fingerprint: 'f', owner: 'o', leaseMs: 1_000, keepMs: 60_000 });
  await store.idempotency.complete(key, 'o', new SecretValue(canary('result')));
  const work = {
    id: randomUUID(),
    batchId: randomUUID(),
    connectionId: id,
    operationId: undefined,
    principal: 'client',
    request: new SecretValue(canary('work request')),
    maxAttempts: 1,
    keepMs: 60_000,
  };
  await store.queue.enqueue([work]);
  const [claimed] = await claim(store);
  const result = new SecretValue(canary('work result'));
  expect(claimed && (await store.queue.claims.finish(claimed, { state: 'succeeded', result }))).toBe(true);
  const apiKey = await store.apiKeys.create({ name: 'key', scopes: ['manage'] });
  // What was deleted may stay in free pages and in the log.
  const { id: gone } = await store.connections.create({ name: 'gone', definition: canary('definition') });
  await store.connections.delete(gone);
  return apiKey.key.reveal();
}

/** The queue may hand work out a little later than it took it in. */
async function claim(store: Store): Promise<readonly ClaimedWork[]> {
  for (;;) {
    const claimed = await store.queue.claims.claim({ owner: 'me', leaseMs: 60_000, limit: 1 });
    if (claimed.length > 0) return claimed;
  }
}

/** Those of the texts that stand there in one of the encodings. */
function findIn(text: string, secrets: readonly string[]): readonly string[] {
  const lower = text.toLowerCase();
  return secrets.filter(secret => encodings(secret).some(written => lower.includes(written.toLowerCase())));
}

/** The text as bytes would show it, in base64 at each of three offsets, hexadecimal, percent-encoded and as JSON. */
function encodings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const base64 = [0, 1, 2].flatMap(offset => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Without the ends, which depend on what stands beside it.
    const middle = shifted.slice(Math.ceil((offset * 4) / 3), -4);
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const json = JSON.stringify(secret).slice(1, -1);
  const escaped = [...json].map(char =>
    char > '~' ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char,
  );
  return [
    bytes.toString('latin1'),
    ...base64,
    bytes.toString('hex'),
    encodeURIComponent(secret),
    new URLSearchParams({ a: secret }).toString().slice(2),
    Buffer.from(json, 'utf8').toString('latin1'),
    escaped.join(''),
    Buffer.from(secret, 'utf16le').toString('latin1'),
  ];
}
