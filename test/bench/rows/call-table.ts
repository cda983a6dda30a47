import type { CallKind, CallTask } from '../clients/by-hand.ts';
import { startFresh, type Window } from '../processes.ts';
import { type Bound, type Figure, showNumber, type TextTable, toFigure } from '../result.ts';
import { type Bench, pick, takeTurns, toSaturation } from '../rounds.ts';
import { toSlowCallsSentence } from '../slow-calls.ts';
import { median, ratios, type Spread, spread } from '../statistics.ts';
import type { TimeProfile } from '../where-time-goes.ts';
import { toTimeProfile } from './time-profile.ts';

export const BASE = 'undici.request';
const AGAIN = 'undici.request again';

/**
 * V8 compiles the code of every client until some 20,000 calls have been made. When the first sockets are closed because
 * they were idle for too long, it throws most of that away and begins anew: so there are two warm-ups and a rest between.
 */
const WARM_UPS_MS = [3_000, 2_000];
const REST_MS = 5_000;
/** In which the calls of a round are measured. */
const TURNS = 8;
/** For clients that are so far from the base that it does not matter. */
const BRIEF_WARM_UPS_MS = [1_500];
const BRIEF_TURNS = 4;
const QUICK_WARM_UPS_MS = [500];
/** Of the calls of a turn, made before it and not counted. */
const RUN_UP_SHARE = 1 / 8;

export interface CallPlan {
  readonly kind: CallKind;
  readonly concurrency: number;
  /** Beside the base, which runs first and last in every round. */
  readonly clients: readonly string[];
  /** Of one round. */
  readonly calls: number;
  /** For a table of many clients, which is not to tell apart what is nearly alike. */
  readonly isBrief?: boolean;
}

/** One client at one concurrency: numbers, and ratios to the base. */
export interface CallLine {
  readonly client: string;
  readonly cpuUs: Spread;
  readonly cpuRatio: Spread;
  readonly perSecond: Spread;
  readonly throughputRatio: Spread;
  /** Calls per second of each round. */
  readonly rates: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p99Ratio: Spread;
  readonly rssMib: number;
  readonly targetBusy: number;
  /** Why its ratios mean nothing. */
  readonly trouble: string | undefined;
}

export interface CallTable {
  readonly plan: CallPlan;
  readonly lines: readonly CallLine[];
  readonly find: (client: string) => CallLine;
  readonly profile: TimeProfile | undefined;
  /** Why its slowest calls are slow. */
  readonly slowCalls: string | undefined;
}

export async function measureCalls(bench: Bench, plan: CallPlan): Promise<CallTable> {
  const { plain, tls, http2, ca } = bench.target.place;
  const port = plan.kind === 'tls' ? tls : plan.kind === 'http2' ? http2 : plain;
  const secure = port !== plain;
  const file = new URL('../clients/main.ts', import.meta.url);
  const { turns, warmUpsMs } = toPace(bench.options.quick, plan.isBrief === true);
  const calls = Math.ceil(plan.calls / turns);
  const run = (client: string, label: string) => {
    const isProfiled =
      !bench.options.quick && plan.isBrief !== true && (label === BASE || label === 'ferrule');
    const task: Omit<CallTask, 'profiled'> = {
      kind: plan.kind,
      client,
      label,
      origin: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
      tokenOrigin: `http://127.0.0.1:${plain}`,
      ...(secure ? { ca } : {}),
      entry: bench.entry,
      concurrency: plan.concurrency,
      warmUpsMs,
      turns,
      runUpCalls: Math.ceil(calls * RUN_UP_SHARE),
      calls,
    };
    return (isFirst: boolean) => startFresh(file, { ...task, profiled: isFirst && isProfiled }, bench.target);
  };
  const names = [BASE, ...plan.clients, AGAIN];
  const rounds = await takeTurns(
    bench,
    { warmUps: warmUpsMs.length, restMs: REST_MS, turns },
    names.map(label => run(label === AGAIN ? BASE : label, label)),
  );
  const lines = names.map((client): CallLine => {
    const of = (toNumber: (window: Window) => number) => pick(rounds, client, toNumber);
    const ratio = (toNumber: (window: Window) => number) => {
      const before = pick(rounds, BASE, toNumber);
      if (client === AGAIN)
        return spread(of(toNumber).map((value, nth) => value / (before[nth] ?? Number.NaN)));
      return spread(ratios(of(toNumber), before, pick(rounds, AGAIN, toNumber)));
    };
    const cpuUs = ({ cost }: Window) => (cost.cpuMs * 1000) / calls;
    const perSecond = ({ cost }: Window) => (calls * 1000) / cost.wallMs;
    const p99 = ({ found }: Window) => found['p99Ms'] ?? Number.NaN;
    const targetBusy = median(of(window => window.targetBusy));
    return {
      client,
      cpuUs: spread(of(cpuUs)),
      cpuRatio: ratio(cpuUs),
      perSecond: spread(of(perSecond)),
      throughputRatio: ratio(perSecond),
      rates: of(perSecond),
      p50Ms: median(of(({ found }) => found['p50Ms'] ?? Number.NaN)),
      p99Ms: median(of(p99)),
      p99Ratio: ratio(p99),
      rssMib: median(of(({ found }) => found['rssMib'] ?? Number.NaN)),
      targetBusy,
      trouble: rounds.trouble ?? toSaturation(targetBusy),
    };
  });
  const find = (client: string) => {
    const line = lines.find(each => each.client === client);
    if (line === undefined) throw new TypeError(`${client} was not measured`);
    return line;
  };
  const load = `${plan.concurrency} at a time`;
  const base = [BASE, AGAIN] as const;
  return {
    plan,
    lines,
    find,
    profile: toTimeProfile(rounds, { load, unit: 'call', units: calls, base }),
    slowCalls: toSlowCallsSentence(rounds.rounds.flat(), BASE),
  };
}

function toPace(isQuick: boolean, isBrief: boolean) {
  if (isQuick) return { turns: TURNS, warmUpsMs: QUICK_WARM_UPS_MS };
  return isBrief
    ? { turns: BRIEF_TURNS, warmUpsMs: BRIEF_WARM_UPS_MS }
    : { turns: TURNS, warmUpsMs: WARM_UPS_MS };
}

type RatioName = 'cpuRatio' | 'throughputRatio' | 'p99Ratio';

/** A ratio of Ferrule to the base, with what it should be. The guard is far from the goal: a short run is noisy. */
export function ferruleFigure(
  { find }: CallTable,
  ratio: RatioName,
  what: string,
  bounds: { readonly goal?: Bound; readonly guard?: Bound },
): Figure {
  const line = find('ferrule');
  return toFigure(what, line[ratio], '', bounds, line.trouble ?? find(BASE).trouble);
}

export function toTextTable(title: string, { lines }: CallTable): TextTable {
  return {
    title,
    head: ['client', 'CPU µs', 'CPU ratio', 'calls/s', 'ratio', 'p50 ms', 'p99 ms', 'RSS MiB', 'target busy'],
    lines: lines.map(line => {
      const ratio = ({ median: middle, lower, upper }: Spread) =>
        line.client === BASE || line.trouble !== undefined
          ? '-'
          : `${middle.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})`;
      return [
        line.client === AGAIN ? 'undici.request again (A/A)' : line.client,
        showNumber(line.cpuUs.median),
        ratio(line.cpuRatio),
        line.perSecond.median.toFixed(0),
        ratio(line.throughputRatio),
        line.p50Ms.toFixed(2),
        line.p99Ms.toFixed(2),
        line.rssMib.toFixed(0),
        `${(100 * line.targetBusy).toFixed(0)} %`,
      ];
    }),
  };
}
