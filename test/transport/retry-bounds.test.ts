import { describe, expect, test } from 'vitest';
import type { RetryOptions } from '../../src/transport/pacing/retries.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { httpRequest, sendContext } from '../support/send-context.ts';
import { busyUntil, follow, open, startCounter } from './retry-support.ts';

describe('a server that always fails', () => {
  test.each([100, 250])('gets at most 1.2 times the traffic of %i requests', async requests => {
    const { origin, seen } = await startCounter(busyUntil(Number.POSITIVE_INFINITY));
    const { notes, observer, clock } = follow(createFakeClock());
    const transport = open({ maxAttempts: 5 });
    for (let nth = 0; nth < requests; nth++) {
      await transport.send(httpRequest(origin), sendContext({ clock, observer, channel: { key: 'one' } }));
    }
    expect(seen.length).toBeLessThanOrEqual(requests * 1.2);
    expect(seen.length).toBeGreaterThan(requests * 1.1);
    expect(notes).toContain('budget');
  });

  test('uses up what a server that recovers does not', async () => {
    let fails = true;
    const { origin, seen } = await startCounter(response => {
      response.writeHead(fails ? 503 : 200).end();
      fails = !fails;
    });
    const { notes, observer, clock } = follow(createFakeClock());
    const transport = open();
    for (let nth = 0; nth < 50; nth++) {
      await transport.send(httpRequest(origin), sendContext({ clock, observer, channel: { key: 'one' } }));
    }
    expect([seen.length, notes.includes('budget')]).toEqual([100, false]);
  });
});

describe('a wait for another attempt', () => {
  const waitForAbort = async (options: Partial<RetryOptions>, signal: AbortSignal | undefined) => {
    const { origin, seen } = await startCounter(busyUntil(9, { 'retry-after': '5' }));
    const clock = createFakeClock();
    const waiting = Promise.withResolvers<void>();
    const observer = {
      retrying: () => waiting.resolve(),
      retryRefused: () => undefined,
      queued: () => undefined,
    };
    const sending = open({}, options).send(httpRequest(origin), sendContext({ clock, observer, signal }));
    const failure = failureOf(sending);
    await waiting.promise;
    return { seen, clock, failure };
  };

  test('ends with the signal of the caller, and leaves no timer', async () => {
    const caller = new AbortController();
    const { seen, clock, failure } = await waitForAbort({}, caller.signal);
    caller.abort(new TypeError('enough'));
    expect(await failure).toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } });
    expect([seen.length, clock.pendingTimers]).toEqual([1, 0]);
  });

  test('ends when the engine closes', async () => {
    const engine = new AbortController();
    const { clock, failure } = await waitForAbort({ closing: engine.signal }, undefined);
    engine.abort();
    expect((await failure).code).toBe('ENGINE_CLOSED');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the total time', () => {
  test('ends a chain of attempts within 50 ms', async () => {
    const { origin } = await startCounter((response, nth) => {
      if (nth < 3) response.writeHead(503).end();
      // The third attempt is never answered.
    });
    const startedAtMs = performance.now();
    const transport = open({ maxAttempts: 9, baseDelayMs: 20 });
    const context = sendContext({ timeouts: { totalMs: 300 } });
    const error = await failureOf(transport.send(httpRequest(origin), context));
    const elapsedMs = performance.now() - startedAtMs;
    expect(error.code).toBe('DEADLINE_EXCEEDED');
    expect(error.message).toContain('timeouts.totalMs (300 ms)');
    expect(elapsedMs).toBeGreaterThanOrEqual(295);
    expect(elapsedMs).toBeLessThan(350);
  });

  test('that runs out is never followed by another attempt', async () => {
    const { notes, observer, clock } = follow(createFakeClock());
    const { origin, seen } = await startCounter(() => clock.advance(2_000));
    const context = sendContext({ clock, observer, timeouts: { totalMs: 1_000 } });
    const error = await failureOf(open().send(httpRequest(origin), context));
    expect([error.code, seen.length, notes]).toEqual(['DEADLINE_EXCEEDED', 1, []]);
  });
});
