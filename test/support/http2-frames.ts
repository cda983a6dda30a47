import type { Socket } from 'node:net';
import tls from 'node:tls';
import { type LoopbackServer, startTcpServer } from './loopback-server.ts';
import type { Issued } from './test-authority.ts';

/** One connection of a client, frame by frame: for all that node:http2 would not do. */
export interface FrameConnection {
  /** Which connection of the server this is, from 1. */
  readonly nth: number;
  /** The head of an answer of status 200, and a piece of its body, by default the last one. */
  answer(streamId: number, body: string, end?: boolean, contentLength?: number): void;
  /** Ends one stream with an error code of RFC 9113 section 7. */
  reset(streamId: number, code: number): void;
  /** Says that nothing after `lastStreamId` has been or will be processed. */
  goAway(lastStreamId: number, code?: number): void;
  /** The head of an informational answer. */
  inform(streamId: number, status: number): void;
  /** Allows the client `bytes` more of its bodies, on one stream and on the connection. */
  openWindow(streamId: number, bytes: number): void;
  /** From now on nothing that comes is answered or even read: no PING, and no end of the connection. */
  fallSilent(): void;
  /** What has come meanwhile is read and answered. */
  wakeUp(): void;
  close(): void;
}

const type = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const END_STREAM = 1;
const END_HEADERS = 4;
const ACK = 1;
const PREFACE_BYTES = 24;
const FRAME_HEAD_BYTES = 9;

export interface FrameServerOptions {
  /** The client has ended a stream by RST_STREAM. */
  readonly onReset?: (connection: FrameConnection, streamId: number, code: number) => void;
  /** Announced as SETTINGS_MAX_CONCURRENT_STREAMS. Not announced when undefined. */
  readonly maxStreams?: number;
}

/** An HTTP/2 server that calls `onRequest` when the head of a request has come, and does nothing else by itself. */
export async function startFrameServer(
  { chain, key }: Issued,
  onRequest: (connection: FrameConnection, streamId: number) => void,
  { onReset, maxStreams }: FrameServerOptions = {},
): Promise<LoopbackServer> {
  let connections = 0;
  // RFC 9113 section 6.5.2: setting 3.
  const settings =
    maxStreams === undefined ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0, 3]), number(maxStreams)]);
  const secureContext = tls.createSecureContext({ cert: chain, key });
  return startTcpServer(raw => {
    connections += 1;
    // Handed over to TLS, which reads by itself.
    raw.pause();
    const socket = new tls.TLSSocket(raw, { isServer: true, secureContext, ALPNProtocols: ['h2'] });
    socket.on('error', () => undefined);
    let silent = false;
    const fallSilent = () => {
      silent = true;
      socket.pause();
    };
    const wakeUp = () => {
      silent = false;
      socket.resume();
    };
    const connection = { ...toConnection(socket, connections), fallSilent, wakeUp };
    socket.write(frame(type.settings, 0, 0, settings));
    onFrame(socket, (kind, flags, streamId, payload) => {
      if (silent) return;
      if (kind === type.settings && (flags & ACK) === 0) socket.write(frame(type.settings, ACK, 0));
      if (kind === type.ping && (flags & ACK) === 0) socket.write(frame(type.ping, ACK, 0, payload));
      if (kind === type.headers) onRequest(connection, streamId);
      if (kind === type.reset) onReset?.(connection, streamId, payload.readUInt32BE());
    });
  }, 'https');
}

function toConnection(socket: Socket, nth: number): Omit<FrameConnection, 'fallSilent' | 'wakeUp'> {
  return {
    nth,
    answer(streamId, body, end = true, contentLength) {
      // In HPACK's static table 8 is `:status: 200` and 28 the name `content-length`.
      const length = contentLength === undefined ? Buffer.alloc(0) : literal(28, String(contentLength));
      const block = Buffer.concat([Buffer.from([0x88]), length]);
      socket.write(frame(type.headers, END_HEADERS, streamId, block));
      socket.write(frame(type.data, end ? END_STREAM : 0, streamId, Buffer.from(body)));
    },
    reset: (streamId, code) => void socket.write(frame(type.reset, 0, streamId, number(code))),
    goAway: (lastStreamId, code = 0) =>
      void socket.write(frame(type.goAway, 0, 0, Buffer.concat([number(lastStreamId), number(code)]))),
    inform(streamId, status) {
      socket.write(frame(type.headers, END_HEADERS, streamId, literal(8, String(status))));
    },
    openWindow(streamId, bytes) {
      for (const id of [streamId, 0]) socket.write(frame(type.windowUpdate, 0, id, number(bytes)));
    },
    close: () => void socket.destroy(),
  };
}

function onFrame(
  socket: Socket,
  look: (kind: number, flags: number, streamId: number, payload: Buffer) => void,
): void {
  let received: Buffer = Buffer.alloc(0);
  let started = false;
  socket.on('data', chunk => {
    received = Buffer.concat([received, chunk]);
    if (!started && received.length >= PREFACE_BYTES) {
      started = true;
      received = received.subarray(PREFACE_BYTES);
    }
    while (started && received.length >= FRAME_HEAD_BYTES) {
      const end = FRAME_HEAD_BYTES + received.readUIntBE(0, 3);
      if (received.length < end) return;
      const payload = received.subarray(FRAME_HEAD_BYTES, end);
      const [kind = 0, flags = 0] = received.subarray(3, 5);
      const streamId = received.readUInt32BE(5);
      received = received.subarray(end);
      look(kind, flags, streamId, payload);
    }
  });
}

function frame(kind: number, flags: number, streamId: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.set([kind, flags], 3);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** A value under a name of HPACK's static table, not added to the dynamic one (RFC 7541 section 6.2.2). */
function literal(nameIndex: number, value: string): Buffer {
  const index = nameIndex < 15 ? [nameIndex] : [15, nameIndex - 15];
  return Buffer.concat([Buffer.from([...index, value.length]), Buffer.from(value)]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
