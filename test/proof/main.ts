import type { Machines } from '../server/machines.ts';
import { startFaultServer } from '../support/loopback-server.ts';
import { pour } from './hostile-bodies.ts';
import type { LeakFigures, LeakTask } from './leak-client.ts';
import { startMixedFaults, startStrangers } from './leak-servers.ts';
import { crowd, takeOver, withMachines } from './machines.ts';
import { runClient } from './run-client.ts';
import type { StreamFigures, StreamTask } from './stream-client.ts';

const MIB = 1024 * 1024;

/** Prints the figures that the suite measures in small, and fails when one is missed. */
const failures = [
  await measureLeaks('failed handshakes', 5_000, startStrangers),
  await measureLeaks('mixed faults', 10_000, startMixedFaults),
  await measureStream(256 * MIB),
  ...(await withMachines(async machines => [await measureCrowd(machines), await measureTakeover(machines)])),
].filter(held => !held).length;
process.exitCode = failures === 0 ? 0 : 1;

async function measureLeaks(title: string, count: number, start: typeof startStrangers): Promise<boolean> {
  await using target = await start();
  const { urls, caCert } = target;
  const figures = await runClient<LeakTask, LeakFigures>('leak-client.ts', { urls, caCert, count });
  const { bytesPerRequest, resources, listeners, codes } = figures;
  const held = bytesPerRequest < 1024 && resources.length === 0 && listeners === 0;
  print(held, `${count} ${title}`, {
    'bytes kept per request': Math.round(bytesPerRequest),
    'sockets and timers left': resources.length,
    'listeners left': listeners,
    outcomes: codes,
  });
  return held;
}

async function measureStream(totalBytes: number): Promise<boolean> {
  await using server = await startFaultServer(socket => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n');
    pour(socket, Buffer.alloc(64 * 1024, 'x'));
  });
  const task = { origin: server.origin, totalBytes };
  const { heldBytes } = await runClient<StreamTask, StreamFigures>('stream-client.ts', task);
  const held = heldBytes < 4 * MIB;
  print(held, `${totalBytes / MIB} MiB past a slow reader`, {
    'bytes held beyond the first look': heldBytes,
  });
  return held;
}

async function measureCrowd(machines: Machines): Promise<boolean> {
  const figures = await crowd(machines, 10_000);
  const held = figures.tokens === 1 && figures.failed === 0 && figures.notOnce === 0;
  print(held, 'executions at three servers, on one cold connection', figures);
  return held;
}

async function measureTakeover(machines: Machines): Promise<boolean> {
  const figures = await takeOver(machines);
  // The lease of a token request is 30 seconds.
  const held = figures.status === 200 && figures.tokens === 2 && figures.seconds < 32;
  print(held, 'a server killed in the middle of a renewal, and another that takes over', figures);
  return held;
}

function print(held: boolean, title: string, figures: object): void {
  process.stdout.write(`${held ? 'held' : 'MISSED'}  ${title}  ${JSON.stringify(figures)}\n`);
}
