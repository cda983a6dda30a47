import type { Socket } from 'node:net';

/** What the server does with a request; `received` is the whole of it, secrets included. */
export type Fault = (socket: Socket, received: string) => void;

export const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
export const oneLine = (received: string) => received.replaceAll(/[\r\n]+/g, ' ');

/** Every fault, and the codes that may come of it; `answer` where the answer is good all the same. */
export const faults: Readonly<Record<string, { readonly fault: Fault; readonly codes: readonly string[] }>> =
  {
    'resets before the head': { fault: socket => socket.resetAndDestroy(), codes: ['CONNECTION_LOST'] },
    'closes before the head': { fault: socket => socket.end(), codes: ['CONNECTION_LOST'] },
    'resets after the head': {
      fault: socket =>
        socket.write(`${head}content-length: 9\r\n\r\n`, () => setImmediate(() => socket.resetAndDestroy())),
      codes: ['CONNECTION_LOST', 'BODY_TRUNCATED'],
    },
    'resets in the body': {
      fault: (socket, received) =>
        socket.write(`${head}content-length: 99999\r\n\r\n${received}`, () =>
          setImmediate(() => socket.resetAndDestroy()),
        ),
      codes: ['CONNECTION_LOST', 'BODY_TRUNCATED'],
    },
    'sends less than announced': {
      fault: (socket, received) => socket.end(`${head}content-length: 99999\r\n\r\n${received}`),
      codes: ['BODY_TRUNCATED'],
    },
    'sends a bad chunk': {
      fault: (socket, received) =>
        socket.end(`${head}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n${received}\r\n`),
      codes: ['PROTOCOL_ERROR'],
    },
    'sends garbage': { fault: (socket, received) => socket.end(received), codes: ['PROTOCOL_ERROR'] },
    'sends garbage in a header': {
      fault: (socket, received) => socket.end(`HTTP/1.1 200 OK\r\nx: \0${oneLine(received)}\r\n\r\n`),
      codes: ['PROTOCOL_ERROR'],
    },
    'folds a header over two lines': {
      fault: socket => socket.end(`${head}x: a\r\n b\r\ncontent-length: 2\r\n\r\n{}`),
      codes: ['PROTOCOL_ERROR'],
    },
    'closes half way through the head': {
      fault: (socket, received) => socket.end(`${head}x-echo: ${oneLine(received)}`),
      codes: ['CONNECTION_LOST', 'PROTOCOL_ERROR'],
    },
    'answers twice': {
      fault: socket => socket.write(`${head}content-length: 2\r\n\r\n{}`.repeat(2)),
      codes: ['answer'],
    },
    'answers JSON that is none': {
      fault: (socket, received) => {
        const body = `{"echo": ${oneLine(received)}`;
        socket.end(`${head}content-length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`, 'latin1');
      },
      codes: ['BODY_MALFORMED'],
    },
    'says it compressed and did not': {
      fault: (socket, received) =>
        socket.end(`${head}content-encoding: gzip\r\ncontent-length: 9\r\n\r\n${received.slice(0, 9)}`),
      codes: ['BODY_ENCODING', 'BODY_TRUNCATED'],
    },
    'redirects with the secret to another place': {
      fault: (socket, received) =>
        socket.end(
          `HTTP/1.1 302 Found\r\nlocation: http://other.test/?echo=${encodeURIComponent(received)}\r\ncontent-length: 0\r\n\r\n`,
        ),
      codes: ['REDIRECT_REFUSED', 'URL_INVALID'],
    },
    'never answers': { fault: () => undefined, codes: ['HEADERS_TIMEOUT'] },
    'stalls in the head': {
      fault: (socket, received) => socket.write(`${head}x-echo: ${oneLine(received)}`),
      codes: ['HEADERS_TIMEOUT'],
    },
    'stalls in the body': {
      fault: socket => socket.write(`${head}content-length: 99\r\n\r\n{`),
      codes: ['BODY_TIMEOUT'],
    },
  };
