import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chapter, createChapters } from './chapters.ts';
import { chapterHead, describeStep, introduction, summary } from './demo-report.ts';
import { type DemoServers, startDemoServers } from './demo-servers.ts';
import { judgeOutcome, runFerrule } from './step.ts';
import { playTokenLife, type TokenLifeOptions } from './token-life.ts';
import { writeDefinitions } from './write-definitions.ts';

/** The library that is shown beside the command, for what takes an hour unless the clock is moved. */
type Ferrule = TokenLifeOptions['ferrule'];

export interface DemoOptions {
  /** The file of the command. */
  readonly cli: string;
  readonly write: (text: string) => void;
  /** What to show; everything by default. */
  readonly chapters?: (servers: DemoServers) => readonly Chapter[];
  /** Adds the chapter on the life of a token. */
  readonly ferrule?: Ferrule;
}

export interface DemoResult {
  readonly passed: number;
  readonly failed: number;
}

/** Starts the servers, runs every step, tells what came of it, and closes the servers whatever happens. */
export async function runDemo({
  cli,
  write,
  ferrule,
  chapters = createChapters,
}: DemoOptions): Promise<DemoResult> {
  const startedAtMs = performance.now();
  write(introduction());
  const folder = mkdtempSync(join(tmpdir(), 'ferrule-demo-'));
  let servers: DemoServers | undefined;
  let result: DemoResult;
  try {
    servers = await startDemoServers();
    writeDefinitions(folder, servers);
    const shown = chapters(servers);
    result = await runChapters(shown, servers, { cli, folder, write });
    if (ferrule !== undefined) {
      write(chapterHead(shown.length + 1, tokenLife));
      result = add(result, await playTokenLife({ ferrule, write }));
    }
  } finally {
    await servers?.close();
    rmSync(folder, { recursive: true, force: true });
  }
  write(summary(result.passed, result.failed, performance.now() - startedAtMs));
  return result;
}

const tokenLife = {
  title: 'The life of a token',
  text: 'By the library, on a clock that is moved by hand: what takes an hour passes in a moment.',
};

function add(one: DemoResult, other: DemoResult): DemoResult {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed };
}

async function runChapters(
  chapters: readonly Chapter[],
  servers: DemoServers,
  { cli, folder, write }: Pick<DemoOptions, 'cli' | 'write'> & { readonly folder: string },
): Promise<DemoResult> {
  let passed = 0;
  let failed = 0;
  for (const [index, chapter] of chapters.entries()) {
    write(chapterHead(index + 1, chapter));
    for (const step of chapter.steps) {
      step.before?.();
      servers.takeRequests();
      const ran = await runFerrule(step.args, { cli, folder, env: servers.env });
      const outcome = { ...ran, requests: servers.takeRequests() };
      const problems = judgeOutcome(step, outcome, servers.secrets());
      if (problems.length === 0) passed += 1;
      else failed += 1;
      write(mask(describeStep(step, outcome, problems), servers.secrets()));
    }
  }
  return { passed, failed };
}

/** What a step prints by mistake is counted as a failure; it need not be shown on top of that. */
function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '[secret]'), text);
}
