import { createRequire } from 'node:module';

/** The validation library, loaded when a definition is first parsed (6 ms of CPU that `import` does not pay). */
export function valibot(): typeof import('valibot') {
  return createRequire(import.meta.url)('valibot');
}
