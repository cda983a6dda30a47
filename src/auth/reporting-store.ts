import { FerruleError } from '../errors/ferrule-error.ts';
import type { TokenStore } from './token-store.ts';

/** The store with every failure as TOKEN_STORE_FAILED, the original as its cause. */
export function reportingStore(store: TokenStore): TokenStore {
  const { watch } = store;
  return {
    get: key => report(() => store.get(key)),
    compareAndSet: (key, expected, record) => report(() => store.compareAndSet(key, expected, record)),
    delete: key => report(() => store.delete(key)),
    acquireLease: (key, owner, ttlMs) => report(() => store.acquireLease(key, owner, ttlMs)),
    renewLease: (key, owner, ttlMs) => report(() => store.renewLease(key, owner, ttlMs)),
    releaseLease: (key, owner) => report(() => store.releaseLease(key, owner)),
    ...(watch === undefined ? {} : { watch: (key, wake) => watchOrNot(() => watch.call(store, key, wake)) }),
  };
}

/** A record that cannot be watched is looked at again after a while, as in a store without `watch`; `get` tells what is wrong. */
function watchOrNot(watch: () => () => void): () => void {
  try {
    return watch();
  } catch {
    return () => undefined;
  }
}

async function report<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FerruleError && cause.code === 'TOKEN_STORE_FAILED') throw cause;
    throw new FerruleError('TOKEN_STORE_FAILED', 'The token store failed', { cause });
  }
}
