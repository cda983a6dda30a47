import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateSchema } from './generate-schema.ts';

/** Makes `dist/` from nothing: the compiled sources with their types, and the JSON Schema published as `ferrule/schema`. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = `${root}/dist`;
const compiler = `${root}/node_modules/typescript/bin/tsc`;

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(`${dist}/schema.json`, `${JSON.stringify(generateSchema(), null, 2)}\n`);
try {
  execFileSync(process.execPath, [compiler, '-p', `${root}/test/tools/tsconfig.build.json`], {
    cwd: root,
    stdio: 'inherit',
  });
} catch {
  // The compiler has said what is wrong.
  process.exit(1);
}
const bin = `${dist}/cli/ferrule.js`;
if (existsSync(bin)) chmodSync(bin, 0o755);
