import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PlaceOf } from './parts.ts';

/** Places of functions in this project; files of the build are read once, when a function of theirs is asked for. */
export function createPlaceOf(): PlaceOf {
  const bundles = new Map<string, (line: number) => string | undefined>();
  return (url, line) => {
    // The only WebAssembly of the clients is undici's parser of HTTP/1.
    if (url.startsWith('wasm:')) return 'node_modules/undici/llhttp.wasm';
    if (!url.startsWith('file:')) return url;
    const path = toProjectPath(url);
    if (!path.startsWith('dist/')) return path;
    const find = bundles.get(url) ?? toSourceOf(readFileSync(fileURLToPath(url), 'utf8'));
    bundles.set(url, find);
    return find(line) ?? path;
  };
}

/** The bundler writes above each module which file of `src` it was: lines are counted from zero, as V8 does. */
export function toSourceOf(code: string): (line: number) => string | undefined {
  const sources: (string | undefined)[] = [];
  let source: string | undefined;
  for (const line of code.split('\n')) {
    source = /^\/\/(?:#region)? (src\/\S+\.ts)$/.exec(line)?.[1] ?? source;
    sources.push(source);
  }
  return line => sources[line];
}

const root = new URL('../..', import.meta.url).href;

/** A package counts by its name, wherever it is installed. */
function toProjectPath(url: string): string {
  const installed = url.lastIndexOf('/node_modules/');
  if (installed !== -1) return url.slice(installed + 1);
  return url.startsWith(root) ? url.slice(root.length) : url;
}
