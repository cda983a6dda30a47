import type { Bound, Figure, Plot, RowResult } from '../result.ts';
import { toFigure, withReason } from '../result.ts';
import type { Bench } from '../rounds.ts';
import { spread } from '../statistics.ts';
import { explainMissed, withProfiles } from '../where-time-goes.ts';
import { BASE, type CallTable, ferruleFigure, measureCalls, toTextTable } from './call-table.ts';

const DISPATCH = 'undici dispatch';
const contenders = ['node:http', 'fetch', 'ofetch', 'ky', 'axios', 'needle', 'got'];

/** How many times their throughput at 100 at a time Ferrule should have. Just being faster is the least. */
const beaten: Readonly<Record<string, number>> = {
  got: 5,
  axios: 4,
  ky: 4,
  fetch: 2,
  ofetch: 2,
  needle: 1,
};

const goals: Readonly<Record<number, { readonly goal: Bound; readonly guard: Bound }>> = {
  1: { goal: { atMost: 1 }, guard: { atMost: 2 } },
  100: { goal: { atMost: 0.9 }, guard: { atMost: 2 } },
};

/** A GET of 1 kB JSON, at 1, 10 and 100 calls at a time, against every other client. */
export async function measureGet(bench: Bench): Promise<RowResult> {
  const { quick } = bench.options;
  const tables: CallTable[] = [];
  const others: CallTable[] = [];
  for (const concurrency of quick ? [1, 100] : [1, 10, 100]) {
    // Many at a time begin and end together, which is to be a small part of a turn.
    const calls = (quick ? 3_000 : 10_000) * (concurrency === 1 ? 1 : 2);
    const plan = { kind: 'get', concurrency, calls } as const;
    tables.push(await measureCalls(bench, { ...plan, clients: quick ? ['ferrule'] : ['ferrule', DISPATCH] }));
    if (quick) continue;
    const clients = ['ferrule', ...contenders];
    others.push(await measureCalls(bench, { ...plan, clients, calls: calls / 2, isBrief: true }));
  }
  return {
    name: 'get',
    title: 'GET: cached bearer token, templated path, query and 3 headers, JSON of 1 kB, 5 outputs',
    figures: [
      ...tables.flatMap(table => explainMissed(toFigures(table), table.profile)),
      ...others.flatMap(toContenderFigures),
    ],
    ...withProfiles(
      'GET',
      [
        ...tables.map(table => toTextTable(`GET, ${table.plan.concurrency} at a time`, table)),
        ...others.map(table =>
          toTextTable(`GET, ${table.plan.concurrency} at a time, by other clients`, table),
        ),
      ],
      tables.map(({ profile }) => profile),
    ),
    ...(quick ? {} : { plots: [toPlot(tables, others)] }),
  };
}

function toFigures(table: CallTable): readonly Figure[] {
  const { concurrency } = table.plan;
  const what = (of: string) => `GET, ${concurrency} at a time: ${of}`;
  const cpu = ferruleFigure(table, 'cpuRatio', what('CPU to undici.request'), goals[concurrency] ?? {});
  const throughput = ferruleFigure(table, 'throughputRatio', what('throughput to undici.request'), {
    ...(concurrency === 100 ? { goal: { atLeast: 1.1 }, guard: { atLeast: 0.5 } } : {}),
  });
  // Equal within what the same client shows against itself.
  const ofP99 = ferruleFigure(table, 'p99Ratio', what('p99 to undici.request'), { goal: { atMost: 1.05 } });
  return [cpu, throughput, ...withReason([ofP99], table.slowCalls)];
}

function toContenderFigures(table: CallTable): readonly Figure[] {
  const { concurrency, clients } = table.plan;
  if (concurrency !== 100) return [];
  return clients.filter(client => client in beaten).map(client => toContender(table, client));
}

function toContender({ find, plan }: CallTable, client: string): Figure {
  const [own, other] = [find('ferrule'), find(client)];
  const measured = spread(own.rates.map((rate, round) => rate / (other.rates[round] ?? Number.NaN)));
  const goal = { atLeast: beaten[client] ?? 1 };
  const what = `GET, ${plan.concurrency} at a time: throughput to ${client}`;
  return toFigure(what, measured, '', { goal }, own.trouble ?? other.trouble);
}

function toPlot(tables: readonly CallTable[], others: readonly CallTable[]): Plot {
  const toLine = (of: readonly CallTable[]) => (name: string) => ({
    name,
    points: of.map(({ plan, find }) => [plan.concurrency, find(name).cpuUs.median] as const),
  });
  return {
    file: 'cost-against-concurrency.svg',
    title: 'Processor time of a GET',
    x: 'calls at a time',
    y: 'CPU µs per call',
    lines: [...[BASE, 'ferrule', DISPATCH].map(toLine(tables)), ...contenders.map(toLine(others))],
  };
}
