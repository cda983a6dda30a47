/**
 * The published main entry: what a program needs as soon as it imports Ferrule, from `atOnce`, and functions that load
 * their file when they are first called. Reading and compiling the engine takes 25 ms, which belongs to whoever uses it.
 *
 * `require` of an ES module gives the very module that `import` gives, so classes are the same for every entry.
 */
export function toLazyEntry(places: readonly Place[], atOnce: string): string {
  const names = places.filter(({ file }) => file === atOnce).map(({ name }) => name);
  const forwarded = places
    .filter(({ file }) => file !== atOnce)
    .map(
      ({ name, file }) =>
        `export function ${name}(...given) {\n  return load('${file}').${name}(...given);\n}\n`,
    );
  return `export { ${names.join(', ')} } from '${atOnce}';

// What else there is, is loaded when it is first used.
const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
const loaded = {};

function load(file) {
  loaded[file] ??= require(file);
  return loaded[file];
}

${forwarded.join('\n')}`;
}

/** Where a name of the main entry is found: a file relative to it. */
export interface Place {
  readonly name: string;
  readonly file: string;
}
