/** Stands in for `src/base/fast-paths.ts` in the run that takes every long way. */
export const fastPaths: boolean = false;
