import { BURST_CALLS, measureAllocations } from '../measured/allocations.ts';
import { type CallTimes, toCollectionNumbers, watchCollections } from '../measured/collections.ts';
import { measureWindow, readTask, tell } from '../measured/window.ts';
import { quantile } from '../statistics.ts';
import type { CallTask, Client } from './by-hand.ts';

/** Each is loaded alone, into a process that no other client has warmed up. */
const makers: Readonly<Record<string, (task: CallTask) => Promise<Client>>> = {
  ferrule: async task => (await import('./ferrule.ts')).createFerruleClient(task),
  'undici.request': async task => (await import('./undici-request.ts')).createUndiciRequestClient(task),
  'undici dispatch': async task => (await import('./undici-dispatch.ts')).createUndiciDispatchClient(task),
  'node:http': async task => (await import('./node-http.ts')).createNodeHttpClient(task),
  fetch: async task => (await import('./fetch.ts')).createFetchClient(task),
  got: async task => (await import('./got.ts')).createGotClient(task),
  axios: async task => (await import('./axios.ts')).createAxiosClient(task),
  ky: async task => (await import('./ky.ts')).createKyClient(task),
  ofetch: async task => (await import('./ofetch.ts')).createOfetchClient(task),
  needle: async task => (await import('./needle.ts')).createNeedleClient(task),
};

const task = readTask<CallTask>();
const client = await makers[task.client]?.(task);
if (client === undefined) throw new Error(`unknown client ${task.client}`);
for (const ms of task.warmUpsMs) {
  await callFor(client, ms);
  await tell('pause');
}
const times = toTimes(task.calls);
const work = () => callAll(client, task.calls, times);
for (let nth = 1; nth <= task.turns; nth += 1) {
  // Sockets may have been closed meanwhile, and the caches hold what others have left there.
  await callAll(client, task.runUpCalls, toTimes(task.runUpCalls));
  await measureWindow(task.label, work, () => ({
    p50Ms: quantile(times.lastedMs, 0.5),
    p99Ms: quantile(times.lastedMs, 0.99),
    rssMib: process.memoryUsage.rss() / (1024 * 1024),
  }));
  if (nth < task.turns) await tell('pause');
}
// Where p99 has a goal.
if (task.profiled && task.kind === 'get') {
  const calls = task.turns * task.calls;
  const all = toTimes(calls);
  const burstCalls = Math.max(BURST_CALLS, task.concurrency);
  await measureWindow(
    `${task.label}: collections`,
    async () => {
      const pauses = await watchCollections(() => callAll(client, calls, all));
      const burst = () => callAll(client, burstCalls, times);
      return { ...toCollectionNumbers(pauses, all), ...(await measureAllocations(burst, burstCalls)) };
    },
    found => found,
  );
}
if (task.profiled) {
  const { profileWindow } = await import('../measured/profile.ts');
  await profileWindow(task.label, work);
}
await client.close();
process.disconnect();

/** `calls` calls, as many at a time as the task says; each in turn takes the next number. */
async function callAll({ call }: Client, calls: number, times: CallTimes): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < calls) {
      const nth = next++;
      const startedAtMs = performance.now();
      await call(nth);
      times.startedAtMs[nth] = startedAtMs;
      times.lastedMs[nth] = performance.now() - startedAtMs;
    }
  };
  await Promise.all(Array.from({ length: task.concurrency }, worker));
}

async function callFor({ call }: Client, ms: number): Promise<void> {
  const endsAtMs = performance.now() + ms;
  let next = 0;
  const worker = async () => {
    while (performance.now() < endsAtMs) await call(next++);
  };
  await Promise.all(Array.from({ length: task.concurrency }, worker));
}

function toTimes(calls: number): CallTimes {
  return { startedAtMs: new Float64Array(calls), lastedMs: new Float64Array(calls) };
}
