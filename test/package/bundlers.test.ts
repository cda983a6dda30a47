import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PackedPackage, packPackage, run } from './packed-package.ts';

let packed: PackedPackage;
let empty: string;

beforeAll(() => {
  packed = packPackage();
  empty = mkdtempSync(join(tmpdir(), 'ferrule-bundled-'));
}, 60_000);

afterAll(() => {
  packed.remove();
  rmSync(empty, { recursive: true, force: true });
});

/** A program that uses libraries which are loaded late, each for another reason. */
const program = `
import { createServer } from 'node:http';
import { createEngine } from 'ferrule';
import { FerruleError } from 'ferrule/errors';
import { createTransport } from 'ferrule/transport';

const server = createServer((request, response) => {
  if (request.url === '/events') {
    response.setHeader('content-type', 'text/event-stream');
    response.end('data: {"n":1}\\n\\ndata: {"n":2}\\n\\n');
    return;
  }
  response.setHeader('content-type', 'application/json');
  response.end('{"users":[{"name":"Ann"},{"name":"Ben"}]}');
}).listen(0, '127.0.0.1');
void (async () => {
await new Promise(resolve => server.once('listening', resolve));
const baseUrl = 'http://127.0.0.1:' + server.address().port;
const definition = {
  name: 'Acme',
  config: { baseUrl },
  operations: [
    {
      name: 'Users',
      config: { method: 'GET', path: '/<<Team>>/users' },
      outputs: {
        Names: { value: "body.users.map(user => user.name).join(' and ')" },
        First: { value: 'body.users[0].name', language: 'jsonata' },
      },
    },
    { name: 'Events', config: { method: 'GET', path: '/events', streamResponse: true }, outputs: { N: { value: 'body.n' } } },
  ],
};
const engine = createEngine();
const connection = engine.connection(definition);
const { outputs } = await connection.execute('Users', { Team: 'a b' });
const events = [];
for await (const event of connection.stream('Events')) events.push(event.outputs.N);
const missing = await connection.execute('Users', {}).catch(error => error);
const transport = createTransport();
const { statusCode, body } = await transport.send({ url: baseUrl });
await body.bytes();
const untrusted = await createEngine({ trustDefinitions: false })
  .connection(definition).execute('Users', { Team: 'a' }).catch(error => error);
console.log(JSON.stringify({
  outputs, events, statusCode,
  missing: [missing instanceof FerruleError, missing.code],
  untrusted: untrusted.message,
}));
await Promise.all([engine.close(), transport.close()]);
server.close();
})();
`;

describe('a program that a bundler has made one file of', () => {
  it.each(['esm', 'cjs'] as const)(
    'runs where there is no package: %s',
    async format => {
      const input = join(packed.consumer, 'program.mjs');
      writeFileSync(input, program);
      const directory = join(empty, format);
      mkdirSync(directory);
      const file = join(directory, format === 'esm' ? 'program.mjs' : 'program.cjs');
      await build({
        input,
        platform: 'node',
        logLevel: 'silent',
        output: { file, format, codeSplitting: false },
      });
      expect(readdirSync(directory)).toHaveLength(1);
      const printed = JSON.parse(run(process.execPath, [file], directory)) as Record<string, unknown>;
      expect(printed).toMatchObject({
        outputs: { Names: 'Ann and Ben', First: 'Ann' },
        events: [1, 2],
        statusCode: 200,
        missing: [true, 'PARAMETER_MISSING'],
      });
      expect(printed['untrusted']).toMatch(
        /the file of that process is missing \(expected the package as it was installed/,
      );
    },
    60_000,
  );
});
