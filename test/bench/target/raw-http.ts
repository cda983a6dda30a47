import type { Socket } from 'node:net';

/** Answers one request: bytes to send, or a function that sends them itself. */
export type RawAnswer = Buffer | ((socket: Socket) => void);
export type RawAnswerer = (head: string, body: string) => RawAnswer;

/**
 * The least HTTP/1.1 server that is still correct for the clients of the benchmark: bodies with a length, no
 * pipelining. It costs a fraction of node:http, so that the client is what is measured.
 */
export function serveRaw(socket: Socket, toAnswer: RawAnswerer): void {
  let pending = '';
  socket.setNoDelay(true);
  // Clients that are done, or killed, reset their sockets.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const text = pending === '' ? chunk.toString('latin1') : pending + chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    const head = end === -1 ? '' : text.slice(0, end + 4);
    if (end === -1 || text.length < head.length + toLength(head)) {
      pending = text;
      return;
    }
    pending = '';
    const answer = toAnswer(head, text.slice(head.length));
    if (typeof answer === 'function') answer(socket);
    else socket.write(answer);
  });
}

function toLength(head: string): number {
  if (head.startsWith('GET ')) return 0;
  const found = /\r\ncontent-length: *(\d+)/i.exec(head);
  return found === null ? 0 : Number(found[1]);
}

export function toAnswerBytes(status: string, body: string, contentType = 'application/json'): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
