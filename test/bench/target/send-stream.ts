import type { Socket } from 'node:net';
import { eventPiece } from './payloads.ts';

const MIB = 1024 * 1024;
const bytePiece = Buffer.alloc(64 * 1024, 'ferrule ');

/** A body of `mib` MiB, announced, as fast as the reader takes it. */
export function sendBytes(socket: Socket, mib: number): void {
  const head = `content-type: application/octet-stream\r\ncontent-length: ${mib * MIB}`;
  socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`);
  sendPieces(socket, bytePiece, (mib * MIB) / bytePiece.length);
}

/** Server-sent events: as many whole pieces of them as `mib` MiB hold, chunked. */
export function sendEvents(socket: Socket, mib: number): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
  const size = Buffer.from(`${eventPiece.length.toString(16)}\r\n`);
  const chunk = Buffer.concat([size, eventPiece, Buffer.from('\r\n')]);
  sendPieces(socket, chunk, Math.floor((mib * MIB) / eventPiece.length), '0\r\n\r\n');
}

function sendPieces(socket: Socket, piece: Buffer, count: number, end = ''): void {
  let sent = 0;
  const send = () => {
    while (sent < count && !socket.destroyed) {
      sent += 1;
      if (!socket.write(piece)) {
        socket.once('drain', send);
        return;
      }
    }
    if (end !== '') socket.write(end);
  };
  send();
}
