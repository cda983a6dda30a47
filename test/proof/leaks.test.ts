import { describe, expect, it } from 'vitest';
import type { LeakFigures, LeakTask } from './leak-client.ts';
import { startMixedFaults, startStrangers } from './leak-servers.ts';
import { runClient } from './run-client.ts';

describe('nothing is left behind', { timeout: 60_000 }, () => {
  it.each([
    ['failed handshakes', startStrangers],
    ['mixed faults', startMixedFaults],
  ])('by hundreds of %s', async (_, start) => {
    await using target = await start();
    const { urls, caCert } = target;
    const task = { urls, caCert, count: 600 };
    const figures = await runClient<LeakTask, LeakFigures>('leak-client.ts', task);
    expect(Object.keys(figures.codes).length).toBeGreaterThan(2);
    expect(figures).toMatchObject({ resources: [], listeners: 0 });
    expect(figures.bytesPerRequest).toBeLessThan(1024);
  });
});
