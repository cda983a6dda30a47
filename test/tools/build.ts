import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { generateSchema } from './generate-schema.ts';

/**
 * Makes `dist/` from nothing: the types, the bundled sources and the JSON Schema published as `ferrule/schema`.
 * Bundled, because reading the sources as some 180 modules costs an importing program three times the processor time.
 * Packages stay outside: they are installed beside, and most are loaded only when they are needed.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = `${root}/dist`;

/** What is loaded by path: the entries of `package.json`, the command, and the process that runs foreign JSONata. */
const entries = {
  index: 'src/index.ts',
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
await build({
  cwd: root,
  input: entries,
  platform: 'node',
  external: /^[^./]/,
  output: { dir: dist, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
});
chmodSync(`${dist}/cli/ferrule.js`, 0o755);

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
