export {
  describeTokenStore,
  type TestFunctions,
  type TokenStoreUnderTest,
} from './token-store-contract.ts';
