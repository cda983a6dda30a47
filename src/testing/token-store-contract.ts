import type { TokenStore } from '../index.ts';
import { describeTokenLeases } from './token-lease-contract.ts';
import { describeTokenRecords } from './token-record-contract.ts';

/** What the suite needs of a test runner; `describe` and `it` of vitest, jest, mocha and node:test all fit. */
export interface TestFunctions {
  describe(title: string, define: () => void): unknown;
  it(title: string, test: () => Promise<void>): unknown;
}

/** A fresh, empty store, as one test sees it. */
export interface TokenStoreUnderTest {
  readonly store: TokenStore;
  /** Another handle on the same records, as another process would have it; `store` itself if there is no such thing. */
  readonly other: TokenStore;
  /** Milliseconds since the Unix epoch, by the clock the store goes by. */
  now(): number;
  /** Lets that much time pass for the store: advances its clock, or waits. Never more than three seconds. */
  pass(milliseconds: number): void | Promise<void>;
  close?(): void | Promise<void>;
}

/**
 * The contract of TokenStore as tests. Every adapter passes it:
 *
 * ```ts
 * import { describe, it } from 'vitest';
 * import { describeTokenStore } from 'ferrule/testing';
 *
 * describeTokenStore('my store', { describe, it }, async () => ({ store, other, now, pass, close }));
 * ```
 *
 * A breach is thrown as an AssertionError of `node:assert`, so the suite needs no assertions of the runner.
 */
export function describeTokenStore(
  name: string,
  { describe, it }: TestFunctions,
  open: () => TokenStoreUnderTest | Promise<TokenStoreUnderTest>,
): void {
  const test: StoreTest = (title, run) => {
    it(title, async () => {
      const opened = await open();
      try {
        await run(opened);
      } finally {
        await opened.close?.();
      }
    });
  };
  describe(`${name}, as a token store,`, () => {
    describeTokenRecords(test);
    describeTokenLeases(test);
  });
}

/** Defines one test that gets a store of its own. */
export type StoreTest = (title: string, run: (opened: TokenStoreUnderTest) => Promise<void>) => void;
