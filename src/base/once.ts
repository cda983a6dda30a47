/** Runs `create` when its result is first asked for, and keeps the result. A failed attempt is repeated. */
export function once<Result>(create: () => Result): () => Result {
  let created: { readonly result: Result } | undefined;
  return () => {
    created ??= { result: create() };
    return created.result;
  };
}
