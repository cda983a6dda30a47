import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { bundledValibot, copyValibotLicence } from './bundled-valibot.ts';
import { buildForBundlers } from './bundler-build.ts';
import { toFinishedCode } from './finished-code.ts';
import { generateSchema } from './generate-schema.ts';
import { lateLoading, placeLateModules } from './late-modules.ts';
import { toLazyEntry } from './lazy-entry.ts';
import { noteImports } from './reachable.ts';

/**
 * Makes `dist/` from nothing: the types, the bundled sources and the JSON Schema published as `ferrule/schema`.
 * Bundled, because reading the sources as some 180 modules costs an importing program three times the processor time.
 * Packages stay outside, but for a part of valibot: they are installed beside, and most are loaded only when they are needed.
 */
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const dist = `${root}/dist`;

/** Where the classes and constants of the main entry are declared: they are small, and needed without a call. */
const basics = [
  'src/errors/ferrule-error.ts',
  'src/base/redactor.ts',
  'src/base/secret-value.ts',
  'src/errors/error-codes.ts',
  'src/base/clock.ts',
  'src/base/version.ts',
  // What `ferrule/store` needs of tokens, so that it does not read the engine.
  'src/auth/token-record.ts',
  'src/auth/token.ts',
];
/** What is public, from the chunks where it stands. It is read here, and not published. */
const NAMES = 'names.js';

/** What is loaded by path: the entries of `package.json`, the command, and the process that runs foreign JSONata. */
const entries = {
  names: 'src/index.ts',
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

/** What programs import that are made into one file; a command and a server are not. */
const bundled = {
  index: 'src/index.ts',
  store: 'src/store.ts',
  transport: 'src/transport.ts',
  errors: 'src/errors.ts',
  'spectral/index': 'src/spectral/index.ts',
  'spectral/clients/http/index': 'src/spectral/clients/http/index.ts',
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(`${dist}/schema.json`, `${JSON.stringify(generateSchema(), null, 2)}\n`);
emitTypes();
const late = lateLoading(`${root}/src`);
const { plugin: imports, reachable } = noteImports();
const { output } = await build({
  cwd: root,
  input: { ...entries, ...late.entries },
  platform: 'node',
  external: id => /^[^./]/.test(id) && id !== 'valibot',
  plugins: [bundledValibot, late.plugin, imports],
  write: false,
  output: {
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    // The main entry takes its functions from the chunks by their names.
    minifyInternalExports: false,
    // A first call reads three files: each costs 0.5 ms besides what stands in it.
    codeSplitting: {
      groups: [
        toGroup('basics', 3, basics),
        toGroup('transport', 2, ['src/transport.ts']),
        toGroup('engine', 1, ['src/index.ts']),
      ],
    },
  },
});
const chunks = output.filter(file => file.type === 'chunk');
for (const { fileName, code } of chunks) {
  if (fileName !== NAMES) write(fileName, toFinishedCode(placeLateModules(toPublished(code), fileName)));
}
write('index.js', writeEntry());
for (const { fileName, code } of await buildForBundlers(root, bundled)) write(fileName, code);
copyValibotLicence(root, dist);
chmodSync(`${dist}/cli/ferrule.js`, 0o755);

function write(fileName: string, code: string): void {
  mkdirSync(dirname(`${dist}/${fileName}`), { recursive: true });
  writeFileSync(`${dist}/${fileName}`, code);
}

/** Code that imports the public names late imports the published entry, which has the same ones. */
function toPublished(code: string): string {
  return code.replaceAll(/(?<=\bimport\("(?:\.\.?\/)+)names\.js(?="\))/g, 'index.js');
}

/** All that is read when one of these files is, unless a group of higher priority has it. */
function toGroup(name: string, priority: number, files: readonly string[]) {
  // The modules are known when the first of them is asked about.
  let members: ReadonlySet<string> | undefined;
  const test = (id: string) => {
    members ??= reachable(files.map(file => `${root}/${file}`));
    return members.has(id);
  };
  return { name, priority, test };
}

/** The main entry, from the chunk that re-exports what is public: it says in which file each function stands. */
function writeEntry(): string {
  const code = chunks.find(({ fileName }) => fileName === NAMES)?.code ?? '';
  const imported = [...code.matchAll(/^import \{ (.+) \} from "\.\/(chunks\/.+)";$/gm)];
  const places = imported.flatMap(([, names = '', file = '']) =>
    names.split(', ').map(name => ({ name, file: `./${file}` })),
  );
  if (places.length === 0 || code.includes(' as ')) throw new TypeError(`the build has changed: ${code}`);
  return toLazyEntry(places, './chunks/basics.js');
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
