import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runDemo } from './run-demo.ts';

const dist = new URL('../../dist/', import.meta.url);
const cli = fileURLToPath(new URL('cli/ferrule.js', dist));

if (existsSync(cli)) {
  const ferrule = (await import(new URL('index.js', dist).href)) as typeof import('../../src/index.ts');
  const { failed } = await runDemo({ cli, ferrule, write: text => process.stdout.write(text) });
  process.exitCode = failed === 0 ? 0 : 1;
} else {
  process.stderr.write('The command is not built yet. Run: npm run demo\n');
  process.exitCode = 1;
}
