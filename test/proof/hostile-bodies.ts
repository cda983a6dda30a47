import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';

const MIB = 1024 * 1024;
const head = 'HTTP/1.1 200 OK\r\n';

/** What a server does to the memory of its client, by the path it is asked for. */
export const hostileBodies: Readonly<Record<string, (socket: Socket) => void>> = {
  '/ok': socket => socket.write(`${head}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}`),
  '/bomb': socket => void sendBomb(socket, 'gzip', bomb),
  '/chained-bomb': socket => void sendBomb(socket, 'gzip, gzip', async () => gzipSync(await bomb())),
  '/endless': socket => {
    socket.write(`${head}\r\n`);
    pour(socket, Buffer.alloc(64 * 1024, 'x'));
  },
  '/endless-chunks': socket => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    pour(socket, Buffer.from('1\r\nx\r\n'.repeat(8 * 1024)));
  },
  '/large-head': socket => {
    const line = `x-large: ${'x'.repeat(8 * 1024)}\r\n`;
    socket.end(head + line.repeat((10 * MIB) / line.length));
  },
  '/many-headers': socket => {
    socket.end(head + 'x: y\r\n'.repeat((10 * MIB) / 6));
  },
  '/three-of-a-billion': socket => socket.write(`${head}content-length: 1000000000\r\n\r\nabc`),
};

let made: Buffer | undefined;

/** 200 MB of zeros in about 200 kB. */
async function bomb(): Promise<Buffer> {
  if (made !== undefined) return made;
  const gzip = createGzip({ level: 9 });
  const pieces: Buffer[] = [];
  gzip.on('data', piece => pieces.push(piece));
  const zeros = Buffer.alloc(MIB);
  for (let count = 0; count < 200; count += 1) if (!gzip.write(zeros)) await once(gzip, 'drain');
  gzip.end();
  await once(gzip, 'end');
  made = Buffer.concat(pieces);
  return made;
}

async function sendBomb(socket: Socket, coding: string, make: () => Promise<Buffer>): Promise<void> {
  const body = await make();
  socket.write(`${head}content-encoding: ${coding}\r\ncontent-length: ${body.length}\r\n\r\n`);
  socket.write(body);
}

/** Writes for ever, as fast as the client reads. */
export function pour(socket: Socket, piece: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}
