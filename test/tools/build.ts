import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { generateSchema } from './generate-schema.ts';
import { toLazyEntry } from './lazy-entry.ts';

/**
 * Makes `dist/` from nothing: the types, the bundled sources and the JSON Schema published as `ferrule/schema`.
 * Bundled, because reading the sources as some 180 modules costs an importing program three times the processor time.
 * Packages stay outside: they are installed beside, and most are loaded only when they are needed.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = `${root}/dist`;

/** The classes and constants of the main entry: small, and needed without a call. Where each is declared. */
const basics = {
  FerruleError: 'src/errors/ferrule-error.ts',
  Redactor: 'src/base/redactor.ts',
  SecretValue: 'src/base/secret-value.ts',
  errorCodes: 'src/errors/error-codes.ts',
  systemClock: 'src/base/clock.ts',
  version: 'src/base/version.ts',
};
const BASICS = './basics.js';

/** What is loaded by path: the entries of `package.json`, the command, and the process that runs foreign JSONata. */
const entries = {
  'chunks/engine': 'src/index.ts',
  'chunks/basics': BASICS,
  server: 'src/server.ts',
  store: 'src/store.ts',
  transport: 'src/transport.ts',
  got: 'src/got.ts',
  errors: 'src/errors.ts',
  'spectral/index': 'src/spectral/index.ts',
  'spectral/clients/http/index': 'src/spectral/clients/http/index.ts',
  'spectral/testing/index': 'src/spectral/testing/index.ts',
  'testing/index': 'src/testing/index.ts',
  'cli/ferrule': 'src/cli/ferrule.ts',
  'cli/main': 'src/cli/main.ts',
  // Beside the chunks, which look for it there.
  'chunks/jsonata-process': 'src/expression/jsonata-process.ts',
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(`${dist}/schema.json`, `${JSON.stringify(generateSchema(), null, 2)}\n`);
emitTypes();
const { output } = await build({
  cwd: root,
  input: entries,
  platform: 'node',
  external: /^[^./]/,
  plugins: [{ name: 'basics', resolveId: toBasics, load: loadBasics }],
  output: { dir: dist, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
});
for (const file of output) {
  if (file.type === 'chunk') writeFileSync(`${dist}/${file.fileName}`, toAscii(file.code));
}
writeFileSync(`${dist}/index.js`, await writeEntry());
chmodSync(`${dist}/cli/ferrule.js`, 0o755);

/**
 * One letter beyond Latin-1 makes V8 keep the whole file in two bytes a letter: 0.8 MB more, and 2 ms more to compile.
 * None stands where an escape would mean another thing: outside texts, regular expressions and comments.
 */
function toAscii(code: string): string {
  return code.replaceAll(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function toBasics(id: string): string | null {
  return id === BASICS ? `${root}/basics.js` : null;
}

function loadBasics(id: string): string | null {
  if (id !== `${root}/basics.js`) return null;
  return Object.entries(basics)
    .map(([name, file]) => `export { ${name} } from './${file}';`)
    .join('\n');
}

async function writeEntry(): Promise<string> {
  const engine: object = await import(pathToFileURL(`${dist}/chunks/engine.js`).href);
  const names = Object.keys(basics);
  return toLazyEntry({
    basics: names,
    functions: Object.keys(engine).filter(name => !names.includes(name)),
    basicsFile: './chunks/basics.js',
    engineFile: './chunks/engine.js',
  });
}

function emitTypes(): void {
  const compiler = `${root}/node_modules/typescript/bin/tsc`;
  try {
    execFileSync(process.execPath, [compiler, '-p', `${root}/test/tools/tsconfig.build.json`], {
      cwd: root,
      stdio: 'inherit',
    });
  } catch {
    // The compiler has said what is wrong.
    process.exit(1);
  }
}
