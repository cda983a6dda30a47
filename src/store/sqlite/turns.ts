/** Lets work that must not overlap run one after the other, in the order in which it came. */
export function createTurns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const turn = last.then(work);
    // The caller has the failure; the next in line only waits.
    last = turn.catch(() => {});
    return turn;
  };
}
