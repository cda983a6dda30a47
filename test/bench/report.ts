import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Options } from './options.ts';
import { toSvg } from './plot.ts';
import { judge, type RowResult } from './result.ts';
import { toGoalTable, toMarkdown, toMissedLines } from './tables.ts';

/** How and when a run was taken. */
export interface Circumstances {
  readonly options: Options;
  readonly takenAt: Date;
}

const directory = fileURLToPath(new URL('../../docs/benchmarks/', import.meta.url));

/** Writes `docs/benchmarks/`: the page with the method first, `results.json`, and the plots. */
export function writeReport(rows: readonly RowResult[], circumstances: Circumstances): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}README.md`, toPage(rows, circumstances));
  writeFileSync(`${directory}results.json`, toJson(rows, circumstances));
  for (const plot of rows.flatMap(({ plots = [] }) => plots)) {
    writeFileSync(`${directory}${plot.file}`, toSvg(plot));
  }
}

export function toJson(rows: readonly RowResult[], circumstances: Circumstances): string {
  const judged = rows.map(row => ({
    ...row,
    figures: row.figures.map(figure => ({ ...figure, verdict: judge(figure) })),
  }));
  return `${JSON.stringify({ ...describeRun(circumstances), rows: judged }, null, 2)}\n`;
}

export function toPage(rows: readonly RowResult[], circumstances: Circumstances): string {
  const { takenAt, machine, node, rounds, disturbance } = describeRun(circumstances);
  const parts = rows.flatMap(({ title, tables, notes = [], plots = [] }) => {
    const content = [
      ...tables.flatMap(table => [
        ...(table.title === title ? [] : [`**${table.title}**`]),
        toMarkdown(table),
      ]),
      ...plots.map(plot => `![${plot.title}](${plot.file})\n`),
      ...notes.map(note => `${note}\n`),
    ];
    return content.length === 0 ? [] : [`### ${title}\n`, ...content];
  });
  const missed = toMissedLines(rows);
  const why =
    missed.length === 0 ? '' : `### What was missed\n\n${missed.map(line => `- ${line}\n`).join('')}\n`;
  return `${method}
## Results

Taken on ${takenAt.slice(0, 10)} with Node ${node} on ${machine}; ${rounds} rounds, at least 4 of streams and of the cold token and 8
of the paced stream, in each of which other processes were permitted to use ${disturbance} processors. The same figures, with quartiles and verdicts, are in [results.json](results.json).

${toMarkdown(toGoalTable(rows))}
${why}${parts.join('\n')}`;
}

function describeRun({ options, takenAt }: Circumstances) {
  return {
    takenAt: takenAt.toISOString(),
    node: process.version,
    machine: `${availableParallelism()} processors, ${cpus()[0]?.model.trim() ?? 'unknown'}, ${process.platform} ${process.arch}`,
    rounds: options.rounds,
    disturbance: options.disturbance,
  };
}

const method = `# Benchmarks

This page is written by \`npm run bench\`; what it says about the method holds for every run.

## Method

Ferrule is measured as it is published, from the build in \`dist\`, with what it always does: templates, a cached token, outputs, limits,
timeouts, the egress policy and the report. Every other client does the same work, written by hand: it encodes path and query, sets the same
headers and the bearer token, keeps its sockets, has a time limit, parses the answer, reads the same five values and compares them with
what they must be. The base of all ratios is \`undici.request\` with \`body.json()\`; its limits are those of its \`Agent\`, which has none for the
whole call.

- The target runs in a process of its own. It checks each request (path, query, the values of the headers, the token, the body) and refuses what
  differs, so that no client saves work. It reports how long its event loop was busy; above 95 % it has set the pace, and the cell is void.
- Every measurement is a fresh process that knows one client, warms up, and then counts its own processor time, user and system, all
  threads included. Rounds are interleaved: base, the others, base again. A ratio is that of one round, to the mean of the base before and after;
  shown are the median of the rounds and, in parentheses, the quartiles.
- Calls are measured in turns: the processes of a round are all there at once, and each makes an eighth of its calls before the next has its
  turn, so that a machine that grows slower does so for all. Each turn of all counts like a round. Before, each process has called for
  3 seconds, rested until its idle sockets were closed, and called for 2 seconds more: when the first sockets are closed, V8 throws away
  most of the code it has compiled, and the code that replaces it is the code of a process that lives for long. Each turn
  begins with calls that do not count. The table of the other clients, which are further from the base, has half as many turns after
  one warm-up of a second and a half.
- The base against itself (A/A) stands in every table. A difference smaller than that of the same client to itself means nothing.
- Other processes on the machine are measured too, from \`/proc\`. A round in which they used more processor time than is permitted is
  repeated, at most as often as there are rounds. When fewer than half of the rounds were undisturbed, no ratio is shown.
- Processor time is what the goals are about where both are measured: on a shared machine, wall time measures the neighbours.
- A cold token is compared with a warm one in the same process, after five runs that are not measured: warm, cold, warm, warm again in the
  place of the cold one, and so on. A run is compared with the warm ones before and after it; the one in the place is the A/A. V8 collects
  before each run: left alone, it collects its whole heap in every second one, and those are always the cold ones or always the others.
- Speed of streams is that of the median of several long answers, read after others in the same process: the first ones take up to twice the
  processor time, while V8 compiles. No collection is forced there, and nothing looks at the memory.
- Memory of streams is measured in processes of its own. It is the growth of the resident memory while the first long answer is read, after
  one of 1 MiB, and after collections that let go of its buffers: as long as those count, V8 puts off the next collection, and the growth is
  twice as large by chance. The middle of all processes is compared with the middle of all of the base, before and after.
- Memory of idle connections is heap and external memory after collection.
- For p99, the calls of the first round are made once more while collections are noted, to see whether the slow calls met one, and in bursts
  between which the space for young objects is looked at.
- Where the time goes: in the first round, Ferrule and the base do their work once more under V8's sampling profiler, in the same process, after
  they have been measured. What a part has is its share of the processor time that was measured without the profiler. The build says which
  function is of which file of \`src\`; what V8 and Node do in native code counts for the part that called it. Reading from sockets, and TLS
  there, is what is left of the processor time of the main thread: V8 takes it for idle. A part with few samples is known to one digit.
- Two engines are measured without sockets, in worker threads that answer themselves, since a target beside them needs a third processor.

\`npm run bench -- --quick\` takes less than a minute, runs some of the rows with few rounds, and fails (exit code 1) when a ratio is far beyond
its goal, or (exit code 2) when the machine was too busy to tell. \`--only ROW\` runs one row, \`--rounds N\` sets how many rounds,
\`--disturbance PROCESSORS\` what others may use, and \`--write\` writes this page also when not all rows were run.
`;
