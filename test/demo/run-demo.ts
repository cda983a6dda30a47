import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chapter, createChapters } from './chapters.ts';
import { chapterHead, describeStep, introduction, summary } from './demo-report.ts';
import { type DemoServers, startDemoServers } from './demo-servers.ts';
import { judgeOutcome, runFerrule } from './step.ts';
import { writeDefinitions } from './write-definitions.ts';

export interface DemoOptions {
  /** The file of the command. */
  readonly cli: string;
  readonly write: (text: string) => void;
  /** What to show; everything by default. */
  readonly chapters?: (servers: DemoServers) => readonly Chapter[];
}

export interface DemoResult {
  readonly passed: number;
  readonly failed: number;
}

/** Starts the servers, runs every step, tells what came of it, and closes the servers whatever happens. */
export async function runDemo({ cli, write, chapters = createChapters }: DemoOptions): Promise<DemoResult> {
  const startedAtMs = performance.now();
  write(introduction());
  const folder = mkdtempSync(join(tmpdir(), 'ferrule-demo-'));
  let servers: DemoServers | undefined;
  let result: DemoResult;
  try {
    servers = await startDemoServers();
    writeDefinitions(folder, servers);
    result = await runChapters(chapters(servers), servers, { cli, folder, write });
  } finally {
    await servers?.close();
    rmSync(folder, { recursive: true, force: true });
  }
  write(summary(result.passed, result.failed, performance.now() - startedAtMs));
  return result;
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
