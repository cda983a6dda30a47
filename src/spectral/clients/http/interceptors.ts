import type { Interceptors, Unchecked } from './client-types.ts';

interface Pair<Value> {
  readonly onFulfilled: ((value: Value) => Value | Promise<Value>) | null | undefined;
  readonly onRejected: ((error: unknown) => Unchecked) | null | undefined;
}

/** Interceptors, and a way through them. */
export interface InterceptorChain<Value> extends Interceptors<Value> {
  run(start: Promise<Value>, order: 'as added' | 'last first'): Promise<Value>;
}

export function createInterceptors<Value>(): InterceptorChain<Value> {
  const pairs = new Map<number, Pair<Value>>();
  let next = 0;
  return {
    use(onFulfilled, onRejected) {
      pairs.set(next, { onFulfilled, onRejected });
      next += 1;
      return next - 1;
    },
    eject: id => void pairs.delete(id),
    clear: () => pairs.clear(),
    run(start, order) {
      const list = [...pairs.values()];
      if (order === 'last first') list.reverse();
      return list.reduce((value, { onFulfilled, onRejected }) => value.then(onFulfilled, onRejected), start);
    },
  };
}
