import type { LookupAddress } from 'node:dns';

/** A lookup for `net.connect` that gives addresses already resolved and judged. */
export function answerWith(addresses: readonly LookupAddress[]) {
  return (
    _host: string,
    options: { readonly all?: boolean | undefined },
    done: (error: null, address: LookupAddress[] | string, family?: number) => void,
  ): void => {
    const first = addresses[0];
    if (options.all === true) done(null, [...addresses]);
    else if (first !== undefined) done(null, first.address, first.family);
  };
}
