import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../package/packed-package.ts';
import { generateSchema } from '../tools/generate-schema.ts';
import type { ExampleSystems } from './example-systems.ts';
import type { Page } from './page.ts';

/**
 * The TypeScript of a page as programs: a block with imports begins one, and the blocks after it continue it.
 * A line `// → …` is a line that the program must print.
 */
export interface Program {
  readonly place: string;
  readonly text: string;
  readonly expected: string;
}

/** What programs import, and the source it is. */
const entries: Readonly<Record<string, string>> = {
  ferrule: 'index',
  'ferrule/errors': 'errors',
  'ferrule/got': 'got',
  'ferrule/spectral': 'spectral/index',
  'ferrule/spectral/dist/clients/http': 'spectral/clients/http/index',
  'ferrule/spectral/dist/testing': 'spectral/testing/index',
  'ferrule/store': 'store',
  'ferrule/transport': 'transport',
};

export function programsOf(page: Page): readonly Program[] {
  const programs: { readonly place: string; readonly texts: string[] }[] = [];
  for (const { text, place } of page.blocks.filter(({ language }) => language === 'ts')) {
    if (/^import /m.test(text) || programs.length === 0) programs.push({ place, texts: [text] });
    else programs.at(-1)?.texts.push(text);
  }
  return programs.map(({ place, texts }) => {
    const text = texts.join('\n');
    const expected = [...text.matchAll(/^\/\/ → ?(.*)$/gm)].map(match => `${match[1]}\n`).join('');
    return { place, text, expected };
  });
}

/** Where a page's programs and files are written: one directory per page. */
export function directoryOf(page: Page, workshop: string): string {
  const directory = join(workshop, basename(page.path, '.md'));
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** What the compiler has to say about the programs of all pages; empty when they are right. */
export async function typeCheck(pages: readonly Page[], workshop: string): Promise<string> {
  const files = pages.flatMap(page =>
    programsOf(page).map(({ text }, index) => {
      const file = join(directoryOf(page, workshop), `checked-${index + 1}.ts`);
      writeFileSync(file, text);
      return file;
    }),
  );
  writeFileSync(join(workshop, 'schema.json'), JSON.stringify(generateSchema()));
  const paths = {
    ...Object.fromEntries(
      Object.entries(entries).map(([name, file]) => [name, [join(root, `src/${file}.ts`)]]),
    ),
    'ferrule/schema': [join(workshop, 'schema.json')],
  };
  const compilerOptions = { noEmit: true, rootDir: '/', noUnusedLocals: false, paths };
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files };
  writeFileSync(join(workshop, 'package.json'), '{"type":"module"}');
  writeFileSync(join(workshop, 'tsconfig.json'), JSON.stringify(config));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return run(process.execPath, [compiler, '-p', workshop], workshop);
}

/** Runs a program with the example systems in place of the addresses it names, and gives what it printed. */
export async function runProgram(
  program: Program,
  directory: string,
  systems: ExampleSystems,
): Promise<string> {
  const file = join(directory, 'program.ts');
  const text = Object.entries(entries).reduce(
    (written, [name, entry]) =>
      written.replaceAll(
        `from '${name}'`,
        `from '${new URL(`../../src/${entry}.ts`, import.meta.url).href}'`,
      ),
    systems.toLocal(program.text),
  );
  writeFileSync(file, text);
  return systems.toPublished(await run(process.execPath, [file], directory));
}

/** Standard output and error together; a command that fails adds its exit code. */
export async function run(
  command: string,
  args: readonly string[],
  directory: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const options = { cwd: directory, env: { ...environment, NO_COLOR: '1' }, timeout: 15_000 };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, options);
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: unknown };
    return `${stdout}${stderr}exit code ${code}\n`;
  }
}
