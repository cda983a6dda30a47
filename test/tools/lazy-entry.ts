/**
 * The published main entry: what a program needs as soon as it imports Ferrule, and functions that load the rest when
 * one of them is first called. Reading and compiling the engine takes 30 ms, which belongs to whoever uses it.
 *
 * `require` of an ES module gives the very module that `import` gives, so classes are the same for every entry.
 */
export function toLazyEntry({ basics, functions, basicsFile, engineFile }: LazyEntry): string {
  const forwarded = functions.map(
    name => `export function ${name}(...given) {\n  return load().${name}(...given);\n}\n`,
  );
  return `import { createRequire } from 'node:module';

export { ${basics.join(', ')} } from '${basicsFile}';

// The engine is loaded when it is first used.
let engine;

function load() {
  engine ??= createRequire(import.meta.url)('${engineFile}');
  return engine;
}

${forwarded.join('\n')}`;
}

export interface LazyEntry {
  /** Names of classes and constants, which cannot wait. */
  readonly basics: readonly string[];
  /** Names of what is loaded when it is first called. */
  readonly functions: readonly string[];
  /** Paths relative to the entry. */
  readonly basicsFile: string;
  readonly engineFile: string;
}
