import type { Store } from '../store.ts';
import type { TestFunctions } from './token-store-contract.ts';

/** A fresh, empty store, as one test sees it: those parts of it that the suite is about. */
export interface StoreUnderTest<Parts extends keyof Store = keyof Store> {
  readonly store: Pick<Store, Parts>;
  /** Another handle on the same database, as another process would have it; `store` itself if there is no such thing. */
  readonly other: Pick<Store, Parts>;
  /** Milliseconds since the Unix epoch, by the clock the store goes by. */
  now(): number;
  /** Lets that much time pass for the store: advances its clock, or waits. */
  pass(milliseconds: number): void | Promise<void>;
  close?(): void | Promise<void>;
}

export type OpenStore<Parts extends keyof Store> = () =>
  | StoreUnderTest<Parts>
  | Promise<StoreUnderTest<Parts>>;

/** Defines one test that gets a store of its own. */
export type PortTest<Parts extends keyof Store> = (
  title: string,
  run: (opened: StoreUnderTest<Parts>) => Promise<void>,
) => void;

/** Defines the suite of a part: every test opens a store and closes it. */
export function describePart<Parts extends keyof Store>(
  title: string,
  { describe, it }: TestFunctions,
  open: OpenStore<Parts>,
  define: (test: PortTest<Parts>) => void,
): void {
  describe(title, () => {
    define((testTitle, run) => {
      it(testTitle, async () => {
        const opened = await open();
        try {
          await run(opened);
        } finally {
          await opened.close?.();
        }
      });
    });
  });
}
