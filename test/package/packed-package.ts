import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A project that depends on the tarball of this package, and on nothing else of the repository. */
export interface PackedPackage {
  /** The files of the tarball, as `npm pack` lists them. */
  readonly files: readonly string[];
  /** A directory with the package installed in `node_modules`. */
  readonly consumer: string;
  /** Where the package lies in there. */
  readonly installed: string;
  /** Runs a program of the consumer and gives what it printed. */
  run(file: string, ...args: readonly string[]): string;
  remove(): void;
}

/** What a build needs. The repository's own `dist` is left alone: somebody else may be using it. */
const sources = ['package.json', 'tsconfig.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'docs', 'src'];

/** Builds the package apart from the repository, packs it and installs the tarball. */
export function packPackage(): PackedPackage {
  const directory = mkdtempSync(join(tmpdir(), 'ferrule-package-'));
  const source = join(directory, 'source');
  const consumer = join(directory, 'consumer');
  const installed = join(consumer, 'node_modules', 'ferrule');
  for (const name of [...sources, 'test/tools']) {
    cpSync(join(root, name), join(source, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'));
  run(process.execPath, ['test/tools/build.ts'], source);
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts'], source)) as readonly [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ];
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', join(source, packed.filename), '-C', installed, '--strip-components=1'], consumer);
  linkDependencies(consumer);
  return {
    files: packed.files.map(({ path }) => path),
    consumer,
    installed,
    run: (file, ...args) => run(process.execPath, [file, ...args], consumer),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Stands in for the registry: what the package asks for is linked from the repository's own installation. */
function linkDependencies(consumer: string): void {
  const manifest = readManifest(join(consumer, 'node_modules', 'ferrule', 'package.json'));
  for (const name of [...Object.keys(manifest.dependencies), '@types/node', 'undici-types']) {
    const target = join(root, 'node_modules', name);
    const link = join(consumer, 'node_modules', name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(target, link);
  }
}

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

export function readManifest(file = join(root, 'package.json')): Manifest {
  return JSON.parse(process.getBuiltinModule('node:fs').readFileSync(file, 'utf8')) as Manifest;
}

export function run(command: string, args: readonly string[], directory = root): string {
  return execFileSync(command, args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
