import type { CallKind } from '../clients/by-hand.ts';
import type { Bound, RowResult } from '../result.ts';
import type { Bench } from '../rounds.ts';
import { explainMissed, withProfiles } from '../where-time-goes.ts';
import { ferruleFigure, measureCalls, toTextTable } from './call-table.ts';

/** What distinguishes the rows of calls that only the base is measured against. */
interface CallRow {
  readonly name: string;
  readonly title: string;
  readonly kind: CallKind;
  readonly concurrencies: readonly number[];
  readonly calls: number;
  readonly goal: Bound;
  readonly guard: Bound;
}

/** TLS with the connection's own authority, on sockets that are kept. */
export function measureTls(bench: Bench): Promise<RowResult> {
  return measure(bench, {
    name: 'tls',
    title: 'The same GET over TLS, with an authority of the connection',
    kind: 'tls',
    concurrencies: [1, 10],
    calls: 16_000,
    goal: { atMost: 1 },
    guard: { atMost: 2 },
  });
}

/** One connection, on which both sides send as many streams as calls are under way. */
export function measureHttp2(bench: Bench): Promise<RowResult> {
  return measure(bench, {
    name: 'http2',
    title: 'The same GET over HTTP/2, one connection',
    kind: 'http2',
    concurrencies: [1, 10],
    calls: 12_000,
    goal: { atMost: 1 },
    guard: { atMost: 2 },
  });
}

export function measurePost(bench: Bench): Promise<RowResult> {
  return measure(bench, {
    name: 'post',
    title: 'POST with a JSON body of 1 kB made from a template',
    kind: 'post',
    concurrencies: [1, 100],
    calls: 16_000,
    goal: { atMost: 1 },
    guard: { atMost: 2 },
  });
}

/** What each call needs has been pushed out of the caches by the 99 before it. */
export function measureMany(bench: Bench): Promise<RowResult> {
  return measure(bench, {
    name: 'many',
    title: '100 operations on 100 connections in turn',
    kind: 'many',
    concurrencies: [10],
    calls: 20_000,
    goal: { atMost: 1.1 },
    guard: { atMost: 2.2 },
  });
}

export function measureLarge(bench: Bench): Promise<RowResult> {
  return measure(bench, {
    name: 'large',
    title: 'JSON of 1 MB with 5 path outputs',
    kind: 'large',
    concurrencies: [1, 10],
    calls: 400,
    goal: { atMost: 1 },
    guard: { atMost: 1.6 },
  });
}

async function measure(bench: Bench, row: CallRow): Promise<RowResult> {
  const { quick } = bench.options;
  const calls = quick ? row.calls * 0.2 : row.calls;
  const tables = [];
  for (const concurrency of quick ? row.concurrencies.slice(-1) : row.concurrencies) {
    const plan = { kind: row.kind, concurrency, clients: ['ferrule'], calls };
    tables.push(await measureCalls(bench, plan));
  }
  const name = (concurrency: number) => `${row.title}, ${concurrency} at a time`;
  return {
    name: row.name,
    title: row.title,
    figures: tables.flatMap(table => {
      const what = `${name(table.plan.concurrency)}: CPU to undici.request`;
      return explainMissed([ferruleFigure(table, 'cpuRatio', what, row)], table.profile);
    }),
    ...withProfiles(
      row.title,
      tables.map(table => toTextTable(name(table.plan.concurrency), table)),
      tables.map(({ profile }) => profile),
    ),
  };
}
