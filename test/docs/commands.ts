import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../package/packed-package.ts';
import type { ExampleSystems } from './example-systems.ts';
import { run } from './programs.ts';

const cli = join(root, 'src/cli/ferrule.ts');

/** What is wrong with a line of a shell block, or undefined: every command, file and option in it must exist. */
export async function problemOfCommand(line: string, directory: string): Promise<string | undefined> {
  for (const command of line.split(' && ')) {
    const words = wordsOf(command);
    const [program = ''] = words;
    const check = checks[program];
    const problem =
      check === undefined ? `the command ${program} is not known` : await check(words, directory);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

type Check = (words: readonly string[], directory: string) => Promise<string | undefined>;

const checks: Readonly<Record<string, Check>> = {
  async npm([, verb, name = '']) {
    if (verb === 'ci' || verb === 'install') return undefined;
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const script = verb === 'run' ? name : (verb ?? '');
    return Object.hasOwn(scripts, script) ? undefined : `there is no script ${script}`;
  },
  async npx([, program, ...words], directory) {
    return program === 'ferrule' ? checkFerrule(words, directory) : `npx ${program} is not known`;
  },
  async node([, file = ''], directory) {
    return existsSync(join(root, file)) || existsSync(join(directory, file)) ? undefined : `no file ${file}`;
  },
  async export([, assignment = '']) {
    return /^[A-Z_]+=/.test(assignment) ? undefined : 'export needs NAME=value';
  },
};

async function checkFerrule(words: readonly string[], directory: string): Promise<string | undefined> {
  const [verb = ''] = words;
  if (verb.startsWith('--')) return (await help([])).includes(verb) ? undefined : `no option ${verb}`;
  if (!new RegExp(`^ +${verb}\\b`, 'm').test(await help([]))) return `there is no ferrule ${verb}`;
  // `keys create`: a command of a command.
  const [, second = ''] = words;
  const isNested = /^[a-z]/.test(second) && new RegExp(`^ +${second}\\b`, 'm').test(await help([verb]));
  const known = await help(isNested ? [verb, second] : [verb]);
  const unknown = words.filter(word => word.startsWith('--') && !new RegExp(`${word}\\b`).test(known));
  return unknown.length === 0 ? undefined : `ferrule ${verb} has no ${unknown.join(' ')} (in ${directory})`;
}

const helpTexts = new Map<string, Promise<string>>();

function help(words: readonly string[]): Promise<string> {
  const key = words.join(' ');
  const text = helpTexts.get(key) ?? run(process.execPath, [cli, ...words, '--help'], root);
  helpTexts.set(key, text);
  return text;
}

/** Words of a line; a quoted text is one word. */
function wordsOf(command: string): readonly string[] {
  return [...command.trim().matchAll(/"([^"]*)"|(\S+)/g)].map(match => match[1] ?? match[2] ?? '');
}

/** Runs a shell block in the directory of its page, where `npx ferrule` is the command of this repository. */
export async function runCommands(text: string, directory: string, systems: ExampleSystems): Promise<string> {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${cli}" "$@"\n`, {
    mode: 0o755,
  });
  const environment = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  return systems.toPublished(await run('sh', ['-e', '-c', systems.toLocal(text)], directory, environment));
}
