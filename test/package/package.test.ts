import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as source from '../../src/index.ts';
import { type PackedPackage, packPackage, readManifest, root, run } from './packed-package.ts';

let packed: PackedPackage;

beforeAll(() => {
  packed = packPackage();
}, 60_000);

afterAll(() => packed.remove());

describe('the tarball', () => {
  it('holds the build, the pages and nothing else', () => {
    const allowed =
      /^(dist\/.+|docs\/(?:[a-z]+\/)?(?:[a-z0-9-]+|README|SECURITY)\.(?:md|svg|json)|CHANGELOG\.md|LICENSE|README\.md|package\.json)$/;
    expect(packed.files.filter(file => !allowed.test(file))).toEqual([]);
  });

  it('holds no sources and no tests', () => {
    const sources = packed.files.filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts'));
    expect(sources).toEqual([]);
    expect(packed.files.filter(file => /(^|\/)tests?\/|\.test\./.test(file))).toEqual([]);
  });

  it('holds the entry with its types, the schema, the licence and the pages', () => {
    const needed = [
      'dist/index.js',
      'dist/index.d.ts',
      'dist/schema.json',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'docs/quick-start.md',
    ];
    expect(packed.files).toEqual(expect.arrayContaining(needed));
  });

  it('holds every file of its own that its code imports', () => {
    const imports = packed.files
      .filter(file => file.endsWith('.js'))
      .flatMap(file =>
        [...readFileSync(join(packed.installed, file), 'utf8').matchAll(importOfOwnFile)].map(
          ([, target = '']) => ({ file, target: join(file, '..', target) }),
        ),
      );
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.filter(({ target }) => !existsSync(join(packed.installed, target)))).toEqual([]);
  });

  it('holds what its pages link to, apart from the tests that they name as proof', () => {
    const broken = packed.files
      .filter(file => file.endsWith('.md'))
      .flatMap(file =>
        [...readFileSync(join(packed.installed, file), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)/g)]
          .map(([, target = '']) => join(file, '..', target))
          .filter(target => !target.startsWith('test/') && !existsSync(join(packed.installed, target)))
          .map(target => `${file}: ${target}`),
      );
    expect(broken).toEqual([]);
  });

  it('holds every file that package.json promises', () => {
    const { exports, bin } = JSON.parse(readFileSync(join(packed.installed, 'package.json'), 'utf8'));
    const promised = [...pathsIn(exports), ...pathsIn(bin)];
    expect(promised.length).toBeGreaterThan(3);
    expect(promised.filter(path => !existsSync(join(packed.installed, path)))).toEqual([]);
  });

  it('asks for the dependencies of the repository, in exact versions', () => {
    const { dependencies } = readManifest(join(packed.installed, 'package.json'));
    expect(dependencies).toEqual(readManifest().dependencies);
    expect(Object.values(dependencies).filter(version => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

describe('the installed package', () => {
  it('type-checks in a strict project', () => {
    const options = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable'],
      module: 'nodenext',
      types: ['node'],
      skipLibCheck: false,
      resolveJsonModule: true,
      noEmit: true,
    };
    write('consumer.ts', consumer);
    write('got.ts', withoutGot);
    write('spectral.ts', spectral);
    write('package.json', JSON.stringify({ type: 'module' }));
    const files = ['consumer.ts', 'got.ts', 'spectral.ts'];
    write('tsconfig.json', JSON.stringify({ compilerOptions: options, files }));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    expect(run(process.execPath, [compiler, '-p', packed.consumer])).toBe('');
  });

  it('runs', () => {
    write('consumer.ts', consumer);
    expect(packed.run('consumer.ts')).toBe('GET https://api.example.com/users?q=jo ["Users"]\n');
  });

  it('runs connections as code, with few modules', () => {
    write('spectral.ts', spectral);
    const [said, count] = packed.run('spectral.ts').trim().split('\n');
    expect(said).toBe('acme 5 GET https://api.example.com/v1/x PRISMATIC_CONNECTION_VALUE CONVERSION_FAILED');
    expect(Number(count)).toBeLessThanOrEqual(60);
  });

  it('runs a flow, whose engine stands in a file of its own', () => {
    write('flow.ts', flow);
    expect(packed.run('flow.ts')).toBe('{"data":2,"logs":[{"level":"info","message":"with [secret]"}]}\n');
  });

  it('loads the engine when a function of it is first called, without a warning', () => {
    write('lazy.ts', lazy);
    const { names, before, after, warnings } = JSON.parse(packed.run('lazy.ts'));
    expect(names).toEqual(Object.keys(source).sort());
    expect(before).toBe(false);
    expect(after).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('reads for a plain call nothing but the core, and the rest when it is asked for', () => {
    write('late.ts', late);
    const { plain, then } = JSON.parse(packed.run('late.ts'));
    expect(plain).toEqual(['basics', 'engine', 'transport']);
    const files = readdirSync(join(packed.installed, 'dist/chunks')).filter(name => name.startsWith('late-'));
    expect(Object.keys(then).sort()).toEqual(files.map(name => name.slice('late-'.length, -'.js'.length)));
    for (const [name, { read }] of Object.entries<{ read: readonly string[] }>(then)) {
      expect(read, name).toContain(`late-${name}`);
    }
    expect(Object.entries<{ gave: string }>(then).map(([name, { gave }]) => [name, gave])).toEqual([
      ['archive', 'GET'],
      ['signing', '[secret]'],
      ['grants', '1'],
      ['bodies', '{"a":"b\\"c"}'],
      ['sending', '4'],
      ['streams', '1,2'],
      ['routes', 'CONNECT_REFUSED'],
      ['certificates', 'DEFINITION_INVALID'],
      ['problems', 'DEFINITION_INVALID'],
    ]);
  });

  it('has one class of errors and one of secrets, whichever entry they come from', () => {
    write('identity.ts', identity);
    expect(packed.run('identity.ts')).toBe('true true true true\n');
  });

  it('publishes the JSON Schema of definitions', () => {
    write(
      'schema.ts',
      "import schema from 'ferrule/schema' with { type: 'json' };\nprocess.stdout.write(schema.title);\n",
    );
    expect(packed.run('schema.ts')).toBe('Ferrule connection');
  });

  it('says what is missing when its transport over got is used without got', () => {
    write('got.ts', withoutGot);
    expect(packed.run('got.ts')).toBe(
      'OPTIONS_INVALID the package got of version 16 installed beside ferrule\n',
    );
  });

  it('has a command that tells its version', () => {
    const { bin } = JSON.parse(readFileSync(join(packed.installed, 'package.json'), 'utf8'));
    expect(packed.run(join(packed.installed, bin.ferrule), '--version').trim()).toBe(readManifest().version);
  });
});

const consumer = `
import { createEngine, FerruleError, type ConnectionInput, type ExecutionReport } from 'ferrule';

const definition: ConnectionInput = {
  name: 'Directory',
  config: { baseUrl: 'https://api.example.com' },
  operations: [
    {
      name: 'Users',
      config: { method: 'GET', path: 'users', params: { q: '<<Query>>' } },
      outputs: { Count: { value: 'body.length' } },
    },
  ],
};
await using engine = createEngine();
const directory = engine.connection(definition);
const { method, url } = await directory.dryRun('Users', { Query: 'jo' });
console.log(method, url, JSON.stringify(directory.operations));

export function outputsOf(report: ExecutionReport): unknown {
  return report.outputs;
}
export function codeOf(error: unknown): string | undefined {
  return error instanceof FerruleError ? error.code : undefined;
}
`;

const lazy = `
import { registerHooks } from 'node:module';
const warnings = [];
process.on('warning', ({ message }) => warnings.push(message));
const urls = [];
registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
const hasEngine = () => urls.some(url => url.endsWith('/dist/chunks/engine.js'));
const entry = await import('ferrule');
const before = hasEngine();
await entry.createEngine().close();
const after = hasEngine();
await new Promise(resolve => setImmediate(resolve));
console.log(JSON.stringify({ names: Object.keys(entry), before, after, warnings }));
`;

const late = `
import { createServer } from 'node:http';
import { registerHooks } from 'node:module';
const chunks = new Set();
const note = url => {
  const [, name] = /\\/dist\\/chunks\\/(.+)\\.js$/.exec(url) ?? [];
  if (name !== undefined) chunks.add(name);
};
registerHooks({ load: (url, context, next) => (note(url), next(url, context)) });
const { createEngine } = await import('ferrule');

const server = createServer((request, response) => {
  const streams = request.url === '/events';
  response.setHeader('content-type', streams ? 'text/event-stream' : 'application/json');
  response.end(streams ? 'data: 1\\n\\ndata: 2\\n\\n' : '{"value":4}');
}).listen(0, '127.0.0.1');
await new Promise(resolve => server.once('listening', resolve));
const baseUrl = 'http://127.0.0.1:' + server.address().port;
const engine = createEngine();
const open = (config = {}, operation = {}) =>
  engine.connection({
    name: 'Late',
    config: { baseUrl, ...config },
    operations: [
      {
        name: 'Get',
        config: { method: 'GET', path: 'x', ...operation },
        outputs: { Value: { value: operation.streamResponse ? 'body' : 'body.value' } },
      },
    ],
  });
const valueOf = async connection => (await connection.execute('Get')).outputs.Value;
await valueOf(open());
const plain = [...chunks].sort();

const placements = [{ in: 'header', name: 'x-signature', value: '<<signature>>' }];
const hmac = { authType: 'hmac', key: 'k', message: 'm', encoding: 'base64', placements };
const token = { operation: { method: 'GET', path: 'token' }, tokenOutput: 'body.value' };
const body = { bodyType: 'json', json: { a: '<<Text>>' } };
const work = {
  archive: async () => (await open().dryRun('Get')).method,
  signing: async () => new Map((await open({ auth: hmac }).dryRun('Get')).headers).get('x-signature').slice(0, 8),
  grants: async () => open({ auth: { authType: 'http_bearer_token', token } }).operations.length,
  bodies: async () => (await open({}, { method: 'POST', body }).dryRun('Get', { Text: 'b"c' })).body,
  sending: async () => valueOf(open({ retry: { maxAttempts: 2 } })),
  streams: async () => {
    const values = [];
    const stream = open({}, { path: 'events', streamResponse: true }).stream('Get');
    for await (const { outputs } of stream) values.push(outputs.Value);
    return values;
  },
  routes: async () => valueOf(open({ proxy: 'http://127.0.0.1:9' })),
  certificates: async () => open({ caCert: 'none' }),
  problems: async () => open({ other: 1 }),
};
const then = {};
for (const [name, each] of Object.entries(work)) {
  const before = new Set(chunks);
  const gave = String(await each().catch(error => error.code));
  then[name] = { gave, read: [...chunks].filter(chunk => !before.has(chunk)) };
}
console.log(JSON.stringify({ plain, then }));
await engine.close();
server.close();
`;

const identity = `
import { createEngine, FerruleError, parseConnection, SecretValue } from 'ferrule';
import * as transport from 'ferrule/transport';

const thrownBy = (work) => {
  try {
    work();
  } catch (error) {
    return error;
  }
};
console.log(
  FerruleError === transport.FerruleError,
  SecretValue === transport.SecretValue,
  thrownBy(() => createEngine({ connectionsPerOrigin: 0 })).constructor === FerruleError,
  thrownBy(() => parseConnection({})).constructor === FerruleError,
);
`;

const flow = `
import { configPage, configVar, connectionConfigVar, flow, integration, runFlow } from 'ferrule/spectral';

const inputs = { apiKey: { label: 'API key', type: 'password', required: true } } as const;
const configPages = {
  All: configPage({
    elements: {
      Acme: connectionConfigVar({ stableKey: 'acme', dataType: 'connection', inputs }),
      Limit: configVar({ stableKey: 'limit', dataType: 'string', defaultValue: '2' }),
    },
  }),
};
const flows = [
  flow<typeof configPages>({
    name: 'Count',
    stableKey: 'count',
    onExecution: async ({ configVars, logger }) => {
      logger.info('with', configVars.Acme.fields.apiKey);
      return { data: Number(configVars.Limit) };
    },
  }),
];
const config = { Acme: { fields: { apiKey: 'tk_5f2c81' } } };
const { data, report } = await runFlow(integration({ name: 'Acme', configPages, flows }), 'Count', { config });
console.log(JSON.stringify({ data, logs: report.logs }));
`;

/** `import … from`, `export … from`, `import()` and `require()` of a path that begins with a dot. */
const importOfOwnFile = /(?:\bfrom |\bimport |\bimport\(|\bload\()["'](\.{1,2}\/[^"']+)["']/g;

const withoutGot = `
import { FerruleError } from 'ferrule';
import { createGotTransport } from 'ferrule/got';
import { createTransport } from 'ferrule/transport';

const transport = createTransport({ adapter: createGotTransport() });
const error = await transport.send({ url: 'http://127.0.0.1:9/' }).catch((failure: unknown) => failure);
if (error instanceof FerruleError) console.log(error.code, error.expected);
`;

const spectral = `
import { registerHooks } from 'node:module';
const urls: string[] = [];
registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
const { connection, util } = await import('ferrule/spectral');
const count = urls.filter(url => !url.startsWith('node:')).length;
const { createClient } = await import('ferrule/spectral/dist/clients/http');
const { defaultConnectionValueEnvironmentVariable } = await import('ferrule/spectral/dist/testing');
const { FerruleError } = await import('ferrule/errors');

const acme = connection({ key: 'acme', inputs: { apiKey: { label: 'API key', type: 'password' } } });
const client = createClient({ baseUrl: 'https://api.example.com/v1' });
let code: string = '';
try {
  util.types.toInt('five');
} catch (error) {
  if (error instanceof FerruleError) code = error.code;
}
console.log(acme.key, util.types.toInt('5'), 'GET', client.getUri({ url: 'x' }), defaultConnectionValueEnvironmentVariable, code);
console.log(count);
`;

function write(name: string, text: string): void {
  writeFileSync(join(packed.consumer, name), text);
}

/** Every path of a manifest field, however deep. */
function pathsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}
