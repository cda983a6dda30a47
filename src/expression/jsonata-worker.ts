import { parentPort } from 'node:worker_threads';
import type { SandboxJob } from './expression-sandbox.ts';
import { evaluateJsonata, prepareJsonata } from './jsonata-adapter.ts';

/**
 * The inside of the worker thread of `expression-sandbox.ts`: says when it is ready, then answers jobs one by one.
 * It is started by that file only.
 */
parentPort?.on('message', async (job: SandboxJob) => {
  const expression = prepareJsonata(job.source, job.limits);
  parentPort?.postMessage(await evaluateJsonata(expression, job.input, job.limits));
});
parentPort?.postMessage('ready');
