import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeTokenRecord, encodeTokenRecord, type TokenStore } from '../../src/index.ts';

interface State {
  readonly records: Record<
    string,
    { readonly version: string; readonly text: string; readonly discardAtMs: number | null }
  >;
  readonly leases: Record<string, { readonly owner: string; readonly untilMs: number }>;
}

/**
 * A token store that several processes share by one file. Each step is atomic by a lock directory. Nothing tells
 * anybody of changes, so engines that wait have to ask again. `skew` lets its clock run ahead.
 */
export function createFileTokenStore(directory: string, skew: { ms: number } = { ms: 0 }): TokenStore {
  const file = join(directory, 'tokens.json');
  const lock = join(directory, 'lock');
  const now = () => Date.now() + skew.ms;

  const read = async (): Promise<State> => {
    try {
      return JSON.parse(await readFile(file, 'utf8'));
    } catch {
      // No file yet.
      return { records: {}, leases: {} };
    }
  };

  const step = async <Result>(work: (state: State) => { state?: State; result: Result }): Promise<Result> => {
    for (;;) {
      try {
        await mkdir(lock);
        break;
      } catch {
        await pause(1);
      }
    }
    try {
      const { state, result } = work(await read());
      if (state !== undefined) {
        const fresh = `${file}.${randomUUID()}`;
        await writeFile(fresh, JSON.stringify(state));
        await rename(fresh, file);
      }
      return result;
    } finally {
      await rmdir(lock);
    }
  };

  const nameOf = (key: string) => `key:${key}`;
  const recordOf = ({ records }: State, key: string) => {
    const found = records[nameOf(key)];
    return found === undefined || now() >= (found.discardAtMs ?? Infinity) ? undefined : found;
  };
  const ownerOf = ({ leases }: State, key: string) => {
    const lease = leases[nameOf(key)];
    return lease !== undefined && now() < lease.untilMs ? lease.owner : undefined;
  };
  const leaseTo = (state: State, key: string, owner: string, ttlMs: number): State => ({
    ...state,
    leases: { ...state.leases, [nameOf(key)]: { owner, untilMs: now() + ttlMs } },
  });

  return {
    get: key =>
      step(state => {
        const found = recordOf(state, key);
        return { result: found && { version: found.version, record: decodeTokenRecord(found.text) } };
      }),
    compareAndSet: (key, expected, record) =>
      step(state => {
        if (recordOf(state, key)?.version !== expected) return { result: undefined };
        const version = randomUUID();
        const entry = { version, text: encodeTokenRecord(record), discardAtMs: record.discardAtMs ?? null };
        return { state: { ...state, records: { ...state.records, [nameOf(key)]: entry } }, result: version };
      }),
    delete: key =>
      step(state => {
        const { [nameOf(key)]: _gone, ...records } = state.records;
        return { state: { ...state, records }, result: undefined };
      }),
    acquireLease: (key, owner, ttlMs) =>
      step(state => {
        const holder = ownerOf(state, key);
        if (holder !== undefined && holder !== owner) return { result: false };
        return { state: leaseTo(state, key, owner, ttlMs), result: true };
      }),
    renewLease: (key, owner, ttlMs) =>
      step(state =>
        ownerOf(state, key) === owner
          ? { state: leaseTo(state, key, owner, ttlMs), result: true }
          : { result: false },
      ),
    releaseLease: (key, owner) =>
      step(state => {
        if (state.leases[nameOf(key)]?.owner !== owner) return { result: undefined };
        const { [nameOf(key)]: _mine, ...leases } = state.leases;
        return { state: { ...state, leases }, result: undefined };
      }),
  };
}
