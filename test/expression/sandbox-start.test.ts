import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('says so when the process of untrusted JSONata may not be started, and what would allow it', () => {
  const entry = new URL('../../src/expression/jsonata-expression.ts', import.meta.url).href;
  const script = `
    const { compileJsonata } = await import('${entry}');
    const compiled = compileJsonata('jsonata: 1', '1', { pointer: '', trusted: false });
    for (let nth = 0; nth < 2; nth++) await compiled.evaluate({}).catch(error =>
      process.stdout.write([error.code, error.summary, error.found, error.hint].join('|') + '\\n'));`;
  const restricted = ['--permission', '--allow-fs-read=*', '--input-type=module', '-e', script];
  const said = execFileSync(process.execPath, restricted, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const line =
    'OPTIONS_INVALID|JSONata that is not trusted runs in a process, and none could be started|ERR_ACCESS_DENIED|' +
    "Allow it to start processes; under Node's --permission that is --allow-child-process.\n";
  expect(said).toBe(line + line);
});
