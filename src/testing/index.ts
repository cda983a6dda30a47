export { describeConnectionStore } from './connection-store-contract.ts';
export { describeConnectionTokens } from './connection-tokens-contract.ts';
export { describeOperationStore } from './operation-store-contract.ts';
export {
  describeApiKeys,
  describeAuthorizationStates,
  describeEventLog,
  describeIdempotency,
} from './service-store-contract.ts';
export { describeStoreChanges } from './store-changes-contract.ts';
export { describeStore } from './store-contract.ts';
export type { OpenStore, StoreUnderTest } from './store-under-test.ts';
export {
  describeTokenStore,
  type TestFunctions,
  type TokenStoreUnderTest,
} from './token-store-contract.ts';
export { describeWorkQueue } from './work-queue-contract.ts';
