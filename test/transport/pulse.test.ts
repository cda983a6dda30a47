import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { DEAD_MS, Pulse, QUIET_MS, SILENT_MS } from '../../src/transport/wire/pulse.ts';
import { createFakeClock } from '../support/fake-clock.ts';

/** A connection that does nothing by itself, and what its owner is told. */
function start(refuse = false) {
  const clock = createFakeClock();
  const told: string[] = [];
  const socket = { bytesRead: 100 };
  const pings: (() => void)[] = [];
  const session = {
    ping(answered: (error: Error | null) => void) {
      if (refuse) throw new Error('the session has ended');
      pings.push(() => answered(null));
    },
    on: () => undefined,
  };
  const busy = { value: true };
  const pulse = new Pulse(session, socket as Socket, clock, {
    isBusy: () => busy.value,
    onSilence: () => told.push('silence'),
    onLife: () => told.push('life'),
    onDeath: () => told.push('death'),
  });
  return { clock, told, socket, pings, pulse, busy };
}

test('a server that answers neither the PING nor anything else is silent, and then dead', () => {
  const { clock, told, pulse, pings } = start();
  pulse.doubt(100);
  clock.advance(SILENT_MS - 1);
  expect([told, pulse.isDoubtful]).toEqual([[], true]);
  clock.advance(1);
  expect(told).toEqual(['silence']);
  clock.advance(DEAD_MS - SILENT_MS);
  expect(told).toEqual(['silence', 'death']);
  expect([pings.length, clock.pendingTimers]).toEqual([1, 0]);
});

test.each([0, SILENT_MS])('whatever comes is a sign of life, after %i ms too', afterMs => {
  const { clock, told, socket, pulse } = start();
  pulse.doubt(100);
  clock.advance(afterMs);
  socket.bytesRead += 1;
  clock.advance(DEAD_MS);
  expect(told).toEqual(afterMs === 0 ? ['life'] : ['silence', 'life']);
  expect([pulse.isDoubtful, clock.pendingTimers]).toEqual([false, 0]);
});

test('the answer to the PING is a sign of life at once, and doubt begins anew', async () => {
  const { told, pulse, pings } = start();
  pulse.doubt(undefined);
  pulse.doubt(undefined);
  expect(pings.length).toBe(1);
  pings[0]?.();
  await Promise.resolve();
  expect([told, pulse.isDoubtful]).toEqual([['life'], false]);
  pulse.doubt(undefined);
  expect([pings.length, pulse.isDoubtful]).toEqual([2, true]);
});

test('a request that failed casts no doubt on a connection over which something came since', () => {
  const { pulse, pings } = start();
  pulse.doubt(99);
  expect([pings.length, pulse.isDoubtful]).toEqual([0, false]);
});

test('a connection is asked while answers are awaited and nothing comes, and is not in doubt by that', () => {
  const { clock, socket, pulse, pings, busy } = start();
  pulse.watch();
  socket.bytesRead += 1;
  clock.advance(QUIET_MS);
  expect(pings.length).toBe(0);
  clock.advance(QUIET_MS);
  expect([pings.length, pulse.isDoubtful]).toEqual([1, false]);
  socket.bytesRead += 1;
  clock.advance(SILENT_MS);
  busy.value = false;
  clock.advance(QUIET_MS);
  expect([pings.length, clock.pendingTimers]).toEqual([1, 0]);
});

test('a session that has ended is asked in vain, which is told by others', async () => {
  const { told, pulse } = start(true);
  pulse.doubt(undefined);
  expect(told).toEqual([]);
  await Promise.resolve();
  expect(told).toEqual(['life']);
});

test('after the end of the connection nothing is asked and nothing told', () => {
  const { clock, told, pulse, pings } = start();
  pulse.watch();
  pulse.doubt(undefined);
  pulse.stop();
  clock.advance(2 * DEAD_MS);
  pulse.doubt(undefined);
  pulse.watch();
  expect([told, pings.length, clock.pendingTimers]).toEqual([[], 1, 0]);
});
