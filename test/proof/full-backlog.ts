import net, { type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** A port that listens but takes no connection any more: whoever connects waits for ever. */
export async function startFullBacklog(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       // Blocked, it accepts nothing; the kernel's queue for it takes two.
       setImmediate(() => { Atomics.wait(workerData, 0, 0); process.exit(); });
     });`,
    { eval: true, workerData: gate },
  );
  const port = await new Promise<number>(resolve => {
    worker.once('message', resolve);
  });
  const fillers: Socket[] = [];
  for (let count = 0; count < 2; count += 1) {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise(resolve => {
      socket.once('connect', resolve);
    });
    fillers.push(socket);
  }
  return {
    port,
    async close() {
      for (const socket of fillers) socket.destroy();
      const exit = new Promise(resolve => {
        worker.once('exit', resolve);
      });
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      await exit;
    },
  };
}
