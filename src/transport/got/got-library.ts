import { createRequire } from 'node:module';
import { FerruleError } from '../../errors/ferrule-error.ts';

type Got = typeof import('got').default;
export type GotStream = import('got').Request;

let loaded: Got | undefined;

/**
 * got, which is loaded at the first request: it is an optional peer, and takes 100 ms.
 * @throws FerruleError OPTIONS_INVALID when it is not installed
 */
export function loadGot(): Got {
  loaded ??= requireGot();
  return loaded;
}

function requireGot(): Got {
  try {
    const library = createRequire(import.meta.url)('got') as typeof import('got');
    return library.default;
  } catch (error) {
    throw new FerruleError('OPTIONS_INVALID', 'the transport over got cannot load got', {
      stage: 'send',
      expected: 'the package got of version 16 installed beside ferrule',
      hint: 'Run npm install got, or leave out createGotTransport: the transport of the engine needs nothing more.',
      cause: error,
    });
  }
}
