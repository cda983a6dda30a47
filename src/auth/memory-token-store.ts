import { type Clock, systemClock } from '../base/clock.ts';
import type { StoredTokenRecord, TokenStore } from './token-store.ts';

export interface MemoryTokenStoreOptions {
  readonly clock?: Clock;
}

interface Lease {
  readonly owner: string;
  readonly untilMs: number;
}

/** Records are looked through for ones to discard when there are this many, and again whenever they have doubled. */
const SWEEP_AT = 1024;

/** A token store for the engines of one process. What it holds ends with the process. */
export function createMemoryTokenStore({ clock = systemClock }: MemoryTokenStoreOptions = {}): TokenStore {
  const records = new Map<string, StoredTokenRecord>();
  const leases = new Map<string, Lease>();
  const watchers = new Map<string, Set<() => void>>();
  let versions = 0;
  let sweepAt = SWEEP_AT;

  const changed = (key: string) => {
    for (const onChange of [...(watchers.get(key) ?? [])]) onChange();
  };
  const isOver = ({ record }: StoredTokenRecord) => clock.now() >= (record.discardAtMs ?? Infinity);
  const recordOf = (key: string): StoredTokenRecord | undefined => {
    const stored = records.get(key);
    return stored === undefined || isOver(stored) ? undefined : stored;
  };
  const ownerOf = (key: string): string | undefined => {
    const lease = leases.get(key);
    return lease !== undefined && clock.monotonicNow() < lease.untilMs ? lease.owner : undefined;
  };
  const sweep = () => {
    for (const [key, stored] of records) if (isOver(stored)) records.delete(key);
    sweepAt = Math.max(SWEEP_AT, records.size * 2);
  };

  return {
    get: async key => recordOf(key),
    async compareAndSet(key, expected, record) {
      if (recordOf(key)?.version !== expected) return undefined;
      if (records.size >= sweepAt) sweep();
      versions += 1;
      const version = String(versions);
      records.set(key, Object.freeze({ version, record }));
      changed(key);
      return version;
    },
    async delete(key) {
      if (records.delete(key)) changed(key);
    },
    async acquireLease(key, owner, ttlMs) {
      const holder = ownerOf(key);
      if (holder !== undefined && holder !== owner) return false;
      leases.set(key, { owner, untilMs: clock.monotonicNow() + ttlMs });
      return true;
    },
    async renewLease(key, owner, ttlMs) {
      if (ownerOf(key) !== owner) return false;
      leases.set(key, { owner, untilMs: clock.monotonicNow() + ttlMs });
      return true;
    },
    async releaseLease(key, owner) {
      if (leases.get(key)?.owner !== owner) return;
      leases.delete(key);
      changed(key);
    },
    watch(key, onChange) {
      const watching = watchers.get(key) ?? new Set();
      watchers.set(key, watching.add(onChange));
      return () => {
        watching.delete(onChange);
        if (watching.size === 0 && watchers.get(key) === watching) watchers.delete(key);
      };
    },
  };
}
