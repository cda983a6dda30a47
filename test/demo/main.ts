import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runDemo } from './run-demo.ts';

const cli = fileURLToPath(new URL('../../dist/cli/ferrule.js', import.meta.url));

if (existsSync(cli)) {
  const { failed } = await runDemo({ cli, write: text => process.stdout.write(text) });
  process.exitCode = failed === 0 ? 0 : 1;
} else {
  process.stderr.write('The command is not built yet. Run: npm run demo\n');
  process.exitCode = 1;
}
