import { measureWindow, readTask } from '../measured/window.ts';
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
await callAll(client, task.warmUpCalls, new Float64Array(task.warmUpCalls));
const latencies = new Float64Array(task.calls);
await measureWindow(
  task.label,
  () => callAll(client, task.calls, latencies),
  () => ({
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    rssMib: process.memoryUsage.rss() / (1024 * 1024),
  }),
);
if (task.profiled) {
  const { profileWindow } = await import('../measured/profile.ts');
  await profileWindow(task.label, () => callAll(client, task.calls, latencies));
}
await client.close();
process.disconnect();

/** `calls` calls, as many at a time as the task says; each in turn takes the next number. */
async function callAll({ call }: Client, calls: number, latencies: Float64Array): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < calls) {
      const nth = next++;
      const startedAtMs = performance.now();
      await call(nth);
      latencies[nth] = performance.now() - startedAtMs;
    }
  };
  await Promise.all(Array.from({ length: task.concurrency }, worker));
}
