import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';

/** A server on 127.0.0.1 (or ::1) with a port of its own. */
export interface LoopbackServer {
  readonly origin: string;
  readonly port: number;
  /** Connections accepted so far. */
  readonly connectionCount: number;
  /** Sockets open at this moment. */
  readonly openSockets: number;
  /** Resolves when `openSockets` has come down to `count`. */
  whenOpen(count: number): Promise<void>;
  /** Resolves when at least `count` connections have been accepted. */
  whenAccepted(count: number): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An HTTP server, or an HTTPS one when `tls` is given, on a port of its own unless one is asked for. */
export function startHttpServer(
  onRequest: http.RequestListener,
  tls?: https.ServerOptions,
  host = '127.0.0.1',
  port = 0,
): Promise<LoopbackServer> {
  const server = tls === undefined ? http.createServer(onRequest) : https.createServer(tls, onRequest);
  server.on('tlsClientError', () => undefined);
  return start(server, tls === undefined ? 'http' : 'https', host, port);
}

/** A TCP server for everything a well-behaved HTTP server would not do. */
export function startTcpServer(onSocket: (socket: Socket) => void, scheme = 'http'): Promise<LoopbackServer> {
  const server = net.createServer(socket => {
    // Unread, a socket would not notice that the client has gone.
    socket.resume();
    onSocket(socket);
  });
  return start(server, scheme, '127.0.0.1');
}

/**
 * A TCP server that, once the head of a request has come, does what `answer` says.
 * Head and whatever came with it are handed over as text.
 */
export function startFaultServer(
  answer: (socket: Socket, received: string, nth: number) => void,
): Promise<LoopbackServer> {
  let requests = 0;
  return startTcpServer(socket => {
    let received = '';
    socket.on('data', chunk => {
      received += chunk.toString('latin1');
      if (!received.includes('\r\n\r\n')) return;
      const whole = received;
      received = '';
      requests += 1;
      answer(socket, whole, requests);
    });
  });
}

/** A port on which nothing listens. */
export async function unusedPort(): Promise<number> {
  const server = await startTcpServer(() => undefined);
  await server.close();
  return server.port;
}

async function start(server: Server, scheme: string, host: string, fixedPort = 0): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  const watchers = new Set<() => void>();
  let accepted = 0;
  const notify = () => {
    for (const watcher of [...watchers]) watcher();
  };
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      notify();
    });
    notify();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(fixedPort, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const until = (holds: () => boolean) =>
    new Promise<void>(resolve => {
      const watcher = () => {
        if (!holds()) return;
        watchers.delete(watcher);
        resolve();
      };
      watchers.add(watcher);
      watcher();
    });
  const close = async () => {
    const closed = new Promise<void>(resolve => {
      server.close(() => resolve());
    });
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    origin: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    get connectionCount() {
      return accepted;
    },
    get openSockets() {
      return sockets.size;
    },
    whenOpen: count => until(() => sockets.size <= count),
    whenAccepted: count => until(() => accepted >= count),
    close,
    [Symbol.asyncDispose]: close,
  };
}
