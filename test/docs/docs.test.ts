import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseOperation } from '../../src/definition/parse-connection.ts';
import { createEngine, type Engine } from '../../src/index.ts';
import { root } from '../package/packed-package.ts';
import { problemOfCommand, runCommands } from './commands.ts';
import { EXAMPLE_HOST, type ExampleSystems, startExampleSystems } from './example-systems.ts';
import { type Block, type Page, problemOf, readPages } from './page.ts';
import { directoryOf, programsOf, runProgram, typeCheck } from './programs.ts';

/**
 * Info strings of blocks, and what is done with each:
 * `ts` is type-checked and run (see programs.ts). `json` is a connection and is compiled; `json NAME.json` also saved for the
 * page's programs and commands; `json operation` is parsed as an operation; `json fragment` is JSON. `sh` must name commands
 * and options that exist; `sh run` is run, and must succeed. `text output` is what the block before it prints.
 * `http` and `text error` stand in authentication.md and are checked beside its connections. `text` is for people.
 */
const known =
  /^(ts|json( operation| fragment| claims| [\w.-]+\.json)?|sh( run)?|http|text( output| error)?)$/;

const pages = readPages();
const checkedElsewhere = [
  'docs/authentication.md',
  'docs/authentication/api-key.md',
  'docs/authentication/authorization-code.md',
  'docs/authentication/aws-signature-v4.md',
  'docs/authentication/basic.md',
  'docs/authentication/client-credentials.md',
  'docs/authentication/device-code.md',
  'docs/authentication/digest.md',
  'docs/authentication/hmac.md',
  'docs/authentication/http-bearer-token.md',
  'docs/authentication/jwt-bearer.md',
  'docs/authentication/oauth1.md',
  'docs/authentication/password.md',
  'docs/authentication/raw-bearer-token.md',
  'docs/authentication/refresh-token.md',
  'docs/authentication/saml2-bearer.md',
  'docs/authentication/token-exchange.md',
  'docs/server-session.md',
];

let workshop: string;
let systems: ExampleSystems;
let engine: Engine;

beforeAll(async () => {
  mkdirSync(join(root, '.results'), { recursive: true });
  workshop = mkdtempSync(join(root, '.results/docs-'));
  const texts = pages.flatMap(({ blocks }) => blocks.map(({ text }) => text));
  const hosts = texts.flatMap(text => [...text.matchAll(EXAMPLE_HOST)].map(match => match[1] ?? ''));
  systems = await startExampleSystems(new Set(hosts));
  engine = createEngine({ secretProvider: { getSecret: () => 'tk_5f2c81' } });
});

afterAll(async () => {
  await engine.close();
  await systems.close();
  rmSync(workshop, { recursive: true, force: true });
});

describe('the documentation', () => {
  it('has no block whose kind is unknown, since nothing would check it', () => {
    const blocks = pages.flatMap(page => page.blocks);
    const wrong = blocks.filter(({ language, flags }) => !known.test([language, ...flags].join(' ')));
    expect(blocks.length).toBeGreaterThan(20);
    expect(wrong.map(({ place }) => place)).toEqual([]);
  });

  it('shows requests and error messages only where a test compares them', () => {
    const blocks = pages.filter(({ path }) => !checkedElsewhere.includes(path)).flatMap(page => page.blocks);
    const wrong = blocks.filter(({ language, flags }) => language === 'http' || flags.includes('error'));
    expect(wrong.map(({ place }) => place)).toEqual([]);
  });

  it('has no link that leads nowhere', () => {
    const links = pages.flatMap(page => page.links);
    expect(links.length).toBeGreaterThan(20);
    expect(links.map(link => problemOf(link, pages)).filter(problem => problem !== undefined)).toEqual([]);
  });

  it('holds programs that type-check', async () => {
    expect(pages.flatMap(programsOf).length).toBeGreaterThan(2);
    expect(await typeCheck(pages, workshop)).toBe('');
  });

  it('shows JSON that is JSON, and connections that compile', () => {
    const problems = pages.flatMap(page => page.blocks.map(problemOfJson)).filter(problem => problem !== '');
    expect(problems).toEqual([]);
  });

  it('names only commands, scripts and options that exist', async () => {
    const problems: string[] = [];
    for (const page of pages) {
      for (const { text, place } of page.blocks.filter(({ language }) => language === 'sh')) {
        for (const line of text.split('\n')) {
          const problem = await problemOfCommand(line, directoryOf(page, workshop));
          if (problem !== undefined) problems.push(`${place}: ${line}: ${problem}`);
        }
      }
    }
    expect(problems).toEqual([]);
  });
});

describe('programs of the documentation', () => {
  const examples = pages.flatMap(page => programsOf(page).map(program => ({ page, program })));

  it.each(examples)('print what the page says: $program.place', async ({ page, program }) => {
    expect(await runProgram(program, prepare(page), systems)).toBe(program.expected);
  });
});

describe('commands of the documentation', () => {
  const examples = pages.flatMap(page =>
    page.blocks.flatMap((block, index) =>
      block.flags.includes('run') ? [{ page, block, next: page.blocks[index + 1] }] : [],
    ),
  );

  it.each(examples)('succeed: $block.place', async ({ page, block, next }) => {
    const printed = await runCommands(block.text, prepare(page), systems);
    expect(printed).not.toMatch(/^exit code/m);
    if (next?.flags.includes('output')) expect(printed.trimEnd()).toBe(next.text);
  });
});

/** Saves the files that a page tells its reader to save. */
function prepare(page: Page): string {
  const directory = directoryOf(page, workshop);
  for (const { language, flags, text } of page.blocks) {
    const name = flags.find(flag => flag.endsWith('.json'));
    if (language === 'json' && name !== undefined) {
      writeFileSync(join(directory, name), systems.toLocal(text));
    }
  }
  return directory;
}

/** What is wrong with a JSON block; empty when nothing is. */
function problemOfJson({ language, flags, text, place }: Block): string {
  if (language !== 'json') return '';
  try {
    if (flags.includes('fragment') || flags.includes('claims')) JSON.parse(text);
    else if (flags.includes('operation')) parseOperation(text);
    else engine.connection(text);
    return '';
  } catch (error) {
    return `${place}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
