/**
 * A function that remembers how it was called and does nothing, or what it is told to. Jest and Vitest take it for one of their
 * own, so `expect(logger.info).toHaveBeenCalledWith(…)` works without either of them being loaded here.
 */
export interface RecordedFunction<Args extends unknown[] = unknown[], Result = unknown> {
  (...args: Args): Result;
  readonly mock: {
    calls: Args[];
    results: { type: 'return' | 'throw'; value: unknown }[];
    readonly lastCall: Args | undefined;
    readonly instances: unknown[];
    readonly contexts: unknown[];
    readonly invocationCallOrder: number[];
  };
  readonly _isMockFunction: true;
  getMockName(): string;
  getMockImplementation(): ((...args: Args) => Result) | undefined;
  mockImplementation(work: (...args: Args) => Result): this;
  mockReturnValue(value: Result): this;
  mockClear(): this;
  mockReset(): this;
}

/** @param name for the messages of a test runner */
export function recordedFunction<Args extends unknown[], Result>(
  name: string,
  work?: (...args: Args) => Result,
): RecordedFunction<Args, Result> {
  let doing = work;
  const calls: Args[] = [];
  const results: RecordedFunction['mock']['results'] = [];

  const recorded = (...args: Args): Result => {
    calls.push(args);
    try {
      const value = doing?.(...args);
      results.push({ type: 'return', value });
      return value as Result;
    } catch (error) {
      results.push({ type: 'throw', value: error });
      throw error;
    }
  };

  const itself = recorded as RecordedFunction<Args, Result>;
  const change = (how: () => void) => () => {
    how();
    return itself;
  };
  const clear = () => {
    calls.length = 0;
    results.length = 0;
  };
  return Object.assign(itself, {
    mock: {
      calls,
      results,
      get lastCall() {
        return calls.at(-1);
      },
      get instances() {
        return calls.map(() => undefined);
      },
      get contexts() {
        return calls.map(() => undefined);
      },
      get invocationCallOrder() {
        return calls.map((_, index) => index + 1);
      },
    },
    _isMockFunction: true as const,
    getMockName: () => name,
    getMockImplementation: () => doing,
    mockImplementation: (given: (...args: Args) => Result) => change(() => (doing = given))(),
    mockReturnValue: (value: Result) => change(() => (doing = () => value))(),
    mockClear: change(clear),
    mockReset: change(() => {
      clear();
      doing = undefined;
    }),
  });
}
