import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.ts';
import { startTarget } from './processes.ts';
import { writeReport } from './report.ts';
import { judge, type RowResult, showBound, showFigure } from './result.ts';
import type { Bench } from './rounds.ts';
import { measureColdToken } from './rows/cold-token.ts';
import { measureCompile } from './rows/compile.ts';
import { measureGet } from './rows/get.ts';
import { measureIdleConnections } from './rows/idle-connections.ts';
import { measureHttp2, measureLarge, measureMany, measurePost, measureTls } from './rows/other-calls.ts';
import { measureScaling } from './rows/scaling.ts';
import { measureService } from './rows/server.ts';
import { measureColdProcess, measureImport } from './rows/start-up.ts';
import { measureStreams } from './rows/streams.ts';
import { toGoalTable, toMissedLines, toText } from './tables.ts';

/**
 * `npm run bench [-- --quick] [--only ROW]… [--rounds N] [--disturbance PROCESSORS] [--write]`: what Ferrule costs
 * beside other clients that do the same work, over the build in `dist`.
 */
const rows: Readonly<Record<string, (bench: Bench) => Promise<RowResult>>> = {
  get: measureGet,
  tls: measureTls,
  http2: measureHttp2,
  post: measurePost,
  many: measureMany,
  large: measureLarge,
  'idle-connections': measureIdleConnections,
  'cold-token': measureColdToken,
  streams: measureStreams,
  compile: measureCompile,
  import: measureImport,
  'cold-process': measureColdProcess,
  scaling: measureScaling,
  server: measureService,
};
/** What the short variant runs. */
const quickRows = ['get', 'large', 'cold-token', 'compile', 'import', 'cold-process'];

const options = readOptions(process.argv.slice(2));
const names = options.only.length > 0 ? options.only : options.quick ? quickRows : Object.keys(rows);
const unknown = names.find(name => !Object.hasOwn(rows, name));
if (unknown !== undefined)
  throw new TypeError(`--only ${unknown}: expected one of ${Object.keys(rows).join(', ')}`);

const build = fileURLToPath(new URL('../tools/build.ts', import.meta.url));
if (spawnSync(process.execPath, [build], { stdio: 'inherit' }).status !== 0) process.exit(1);
const entry = new URL('../../dist/index.js', import.meta.url).href;

const target = await startTarget();
const results: RowResult[] = [];
try {
  for (const name of names) {
    const result = await rows[name]?.({ target, entry, options });
    if (result === undefined) continue;
    results.push(result);
    process.stdout.write(result.tables.map(toText).join(''));
    // After each row: a long run that is interrupted has not been for nothing.
    if (options.write) writeReport(results, { options, takenAt: new Date() });
  }
} finally {
  target.close();
}
process.stdout.write(toText(toGoalTable(results)));
const missed = toMissedLines(results);
if (missed.length > 0) process.stdout.write(`Missed\n${missed.map(line => `  ${line}\n`).join('')}\n`);
if (options.quick) process.exitCode = judgeQuick(results);

/** 1 when a figure is beyond its guard, 2 when no figure could be judged. */
function judgeQuick(all: readonly RowResult[]): number {
  const guarded = all.flatMap(({ figures }) => figures).filter(({ guard }) => guard !== undefined);
  const beyond = guarded.filter(figure => judge(figure, figure.guard) === 'missed');
  for (const figure of beyond) {
    const bound = showBound(figure.guard ?? {}, figure.unit);
    process.stdout.write(`Regression: ${figure.what} is ${showFigure(figure)}, permitted ${bound}\n`);
  }
  if (beyond.length > 0) return 1;
  return guarded.every(figure => judge(figure, figure.guard) === 'void') ? 2 : 0;
}
