import { execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Round } from './calls.ts';
import { measureServer, toServerRows } from './server-cost.ts';
import { median, quartiles } from './statistics.ts';

/**
 * `npm run bench [-- --quick]`: what Ferrule costs, in CPU time, measured in fresh processes over the build in `dist`.
 * CPU time, because on a shared machine wall time measures the neighbours.
 */
const quick = process.argv.includes('--quick');
const build = fileURLToPath(new URL('../tools/build.ts', import.meta.url));
const entry = new URL('../../dist/index.js', import.meta.url).href;

if (spawnSync(process.execPath, [build], { stdio: 'inherit' }).status !== 0) process.exit(1);
print(`Node ${process.version}, ${process.platform} ${process.arch}\n\n`);
printImportCost(quick ? 9 : 25);
await printCallCost(quick ? 7 : 21, quick ? 1_000 : 4_000);

/** Runs with and without the import in turn, so that what slows the machine down slows both. */
function printImportCost(runs: number): void {
  const report =
    'const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1000));';
  const script = (text: string) => Number(run(['--input-type=module', '--eval', text + report]));
  const bare: number[] = [];
  const bareAgain: number[] = [];
  const imported: number[] = [];
  for (let nth = 0; nth < runs; nth++) {
    bare.push(script(''));
    imported.push(script(`await import(${JSON.stringify(entry)});`));
    bareAgain.push(script(''));
  }
  const [low, high] = quartiles(imported);
  printTable('Import of the main entry', [
    ['', 'CPU ms'],
    ['bare Node', median(bare).toFixed(1)],
    ['bare Node again (A/A)', median(bareAgain).toFixed(1)],
    ['with Ferrule', `${median(imported).toFixed(1)}  (quartiles ${low.toFixed(1)} to ${high.toFixed(1)})`],
    ['difference', (median(imported) - median([...bare, ...bareAgain])).toFixed(1)],
  ]);
}

async function printCallCost(rounds: number, calls: number): Promise<void> {
  const server = fork(new URL('./server.ts', import.meta.url));
  try {
    const [port] = (await once(server, 'message')) as [number];
    const rows = [1, 100].map(concurrency => {
      const file = fileURLToPath(new URL('./calls.ts', import.meta.url));
      const counts = [concurrency, rounds, calls].map(String);
      return toRow(concurrency, JSON.parse(run([file, String(port), entry, ...counts])) as readonly Round[]);
    });
    printTable(
      `One warm GET: cached token, 4 template values, 5 outputs (${rounds} rounds of ${calls} calls)`,
      [['concurrency', 'undici µs', 'Ferrule µs', 'ratio', 'quartiles', 'A/A ratio'], ...rows],
    );
    print(
      'CPU microseconds per call. undici: request() and body.json(), without templates, outputs and report.\n',
    );
    print('Ratio: Ferrule to the mean of the undici runs before and after it, median of the rounds.\n\n');
    await printServerCost(port);
  } finally {
    server.kill();
  }
}

/** One server on SQLite, logging nothing; 16 calls at a time. */
async function printServerCost(upstream: number): Promise<void> {
  const dist = new URL('.', entry).href.replace(/\/$/, '');
  const sizes = quick
    ? { rounds: 3, calls: 500, connections: 50 }
    : { rounds: 9, calls: 2_000, connections: 300 };
  const cost = await measureServer(dist, upstream, sizes);
  printTable('The same GET, executed by a server', toServerRows(cost));
  print(
    'CPU of the process of the server alone. Per second: by the wall, client and upstream on the same machine.\n',
  );
}

function toRow(concurrency: number, rounds: readonly Round[]): readonly string[] {
  const ratios = rounds.map(({ undici, ferrule, undiciAgain }) => (2 * ferrule) / (undici + undiciAgain));
  const [low, high] = quartiles(ratios);
  return [
    String(concurrency),
    median(rounds.flatMap(({ undici, undiciAgain }) => [undici, undiciAgain])).toFixed(0),
    median(rounds.map(({ ferrule }) => ferrule)).toFixed(0),
    median(ratios).toFixed(2),
    `${low.toFixed(2)} to ${high.toFixed(2)}`,
    median(rounds.map(({ undici, undiciAgain }) => undiciAgain / undici)).toFixed(2),
  ];
}

function printTable(title: string, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const lines = rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  print(`${title}\n${lines.map(line => `  ${line.trimEnd()}\n`).join('')}\n`);
}

function run(args: readonly string[]): string {
  return execFileSync(process.execPath, args, { encoding: 'utf8' });
}

function print(text: string): void {
  process.stdout.write(text);
}
