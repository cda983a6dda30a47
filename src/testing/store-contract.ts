import type { Store } from '../store.ts';
import { describeConnectionStore } from './connection-store-contract.ts';
import { describeConnectionTokens } from './connection-tokens-contract.ts';
import { describeOperationStore } from './operation-store-contract.ts';
import {
  describeApiKeys,
  describeAuthorizationStates,
  describeEventLog,
  describeIdempotency,
} from './service-store-contract.ts';
import { describeStoreChanges } from './store-changes-contract.ts';
import type { OpenStore } from './store-under-test.ts';
import { describeTokenStore, type TestFunctions } from './token-store-contract.ts';

/** The contract of a whole Store: those of all its parts, tokens of one connection included. */
export function describeStore(name: string, functions: TestFunctions, open: OpenStore<keyof Store>): void {
  describeConnectionStore(name, functions, open);
  describeOperationStore(name, functions, open);
  describeConnectionTokens(name, functions, open);
  describeTokenStore(name, functions, async () => {
    const { store, other, ...opened } = await open();
    const { id } = await store.connections.create({ name: 'tokens', definition: '{}' });
    return { ...opened, store: store.tokens.of(id), other: other.tokens.of(id) };
  });
  describeAuthorizationStates(name, functions, open);
  describeEventLog(name, functions, open);
  describeApiKeys(name, functions, open);
  describeIdempotency(name, functions, open);
  describeStoreChanges(name, functions, open);
}
