import type { IdleConnectionsTask } from '../measured/idle-connections.ts';
import { runFresh } from '../processes.ts';
import { type RowResult, showNumber, toFigure, withReason } from '../result.ts';
import { type Bench, interleave, pick } from '../rounds.ts';
import { median, spread } from '../statistics.ts';

/** As many as an engine keeps compiled. */
const CONNECTIONS = 2_000;

/** 2,000 connections that trust the same authority and call the same origin, each executed once. */
export async function measureIdleConnections(bench: Bench): Promise<RowResult> {
  const { target, entry } = bench;
  const { plain, tls, ca } = target.place;
  const origins = { origin: `https://127.0.0.1:${tls}`, tokenOrigin: `http://127.0.0.1:${plain}` };
  const file = new URL('../measured/idle-connections.ts', import.meta.url);
  const run = (client: 'ferrule' | 'undici') => {
    const task: IdleConnectionsTask = { client, ...origins, ca, entry, connections: CONNECTIONS };
    return () => runFresh(file, task, target, ['--expose-gc']);
  };
  // What is counted here is the same on a busy machine, so every round counts.
  const undisturbed = {
    ...bench,
    options: { ...bench.options, rounds: 3, disturbance: Number.POSITIVE_INFINITY },
  };
  const rounds = await interleave(undisturbed, [run('undici'), run('ferrule')]);
  const handshakes = (label: string) => median(pick(rounds, label, window => window.handshakes));
  const ofFerrule = (name: string) =>
    pick(rounds, 'ferrule', ({ found }) => (found[name] ?? Number.NaN) / 1024);
  const heap = ofFerrule('heapBytesEach');
  const external = ofFerrule('externalBytesEach');
  const kept = heap.map((kb, round) => kb + (external[round] ?? Number.NaN));
  const title = `${CONNECTIONS.toLocaleString('en')} connections with an authority of their own`;
  return {
    name: 'idle-connections',
    title,
    figures: [
      ...withReason(
        [toFigure(`${title}: memory of each`, spread(kept), 'kB', { goal: { atMost: 16 } })],
        `Each keeps ${showNumber(median(heap))} kB in the heap and ${showNumber(median(external))} kB outside it.`,
      ),
      {
        what: `${title}: TLS handshakes beyond those of undici.request (${handshakes('undici')})`,
        value: handshakes('ferrule') - handshakes('undici'),
        unit: '',
        goal: { atMost: 0 },
      },
    ],
    tables: [],
    notes: [
      'Memory is heap and external memory after collection, executed and idle, beyond the first 100, which were executed 20 times.',
    ],
  };
}
