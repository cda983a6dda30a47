import type { SandboxJob } from './expression-sandbox.ts';
import { evaluateJsonata, prepareJsonata } from './jsonata-adapter.ts';

/**
 * The inside of the process of `expression-sandbox.ts`: says when it is ready, then answers jobs one by one.
 * It is started by that file only, with a channel to its parent.
 */
process.on('message', async (job: SandboxJob) => {
  const expression = prepareJsonata(job.source, job.limits);
  process.send?.(await evaluateJsonata(expression, job.input, job.limits));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
