import net, { type Socket } from 'node:net';
import { type LoopbackServer, startTcpServer } from './loopback-server.ts';

/** What the server sends at a step instead of what the protocol says; null: nothing, ever; 'close': it hangs up. */
export type SocksFault = Uint8Array | null | 'close';

export interface SocksServerOptions {
  /** Asks for these credentials (RFC 1929). */
  readonly username?: string;
  readonly password?: string;
  /** The method it picks, whatever was offered. */
  readonly greeting?: SocksFault;
  readonly verdict?: SocksFault;
  readonly reply?: SocksFault;
  /** Where names lead; 127.0.0.1 by default. */
  readonly resolve?: (name: string) => string;
}

export interface SocksServer extends LoopbackServer {
  /** What was asked for, in order: `name:port` or `address:port`. */
  readonly asked: readonly string[];
  readonly credentials: readonly string[];
}

/** A SOCKS5 proxy (RFC 1928) that opens TCP connections, and misbehaves where it is told to. */
export async function startSocksServer(options: SocksServerOptions = {}): Promise<SocksServer> {
  const asked: string[] = [];
  const credentials: string[] = [];
  const server = await startTcpServer(socket => {
    socket.on('error', () => undefined);
    void negotiate(socket, options, asked, credentials);
  }, 'socks5');
  return new Proxy(server, {
    get(target, name) {
      if (name === 'asked') return asked;
      if (name === 'credentials') return credentials;
      return Reflect.get(target, name);
    },
  }) as SocksServer;
}

async function negotiate(
  socket: Socket,
  options: SocksServerOptions,
  asked: string[],
  credentials: string[],
): Promise<void> {
  const read = createReader(socket);
  const say = (fault: SocksFault | undefined, usual: Uint8Array): boolean => {
    if (fault === null) return false;
    if (fault === 'close') socket.destroy();
    else socket.write(fault ?? usual);
    return fault === undefined;
  };
  const [, methods = 0] = await read(2);
  const offered = await read(methods);
  const needsAuth = options.username !== undefined;
  const method = needsAuth ? (offered.includes(2) ? 2 : 0xff) : 0;
  if (!say(options.greeting, Uint8Array.of(5, method))) return;
  if (method === 2) {
    const [, nameLength = 0] = await read(2);
    const name = await read(nameLength);
    const [passwordLength = 0] = await read(1);
    const password = await read(passwordLength);
    credentials.push(`${name.toString()}:${password.toString()}`);
    const isRight = name.toString() === options.username && password.toString() === options.password;
    if (!say(options.verdict, Uint8Array.of(1, isRight ? 0 : 1)) || !isRight) return;
  }
  const [, , , type = 0] = await read(4);
  const host = await readHost(type, read);
  const port = (await read(2)).readUInt16BE();
  asked.push(`${host}:${port}`);
  if (options.reply !== undefined) {
    say(options.reply, Uint8Array.of());
    return;
  }
  const address = net.isIP(host) === 0 ? (options.resolve?.(host) ?? '127.0.0.1') : host;
  const onward = net.connect(port, address);
  onward.once('connect', () => {
    socket.write(Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0));
    read.release();
    socket.pipe(onward);
    onward.pipe(socket);
  });
  // What happens to one side happens to the other, a reset as a reset.
  onward.on('error', error => {
    if (onward.connecting || socket.bytesWritten < 5) socket.end(Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0));
    else if ('code' in error && error.code === 'ECONNRESET') socket.resetAndDestroy();
    else socket.destroy();
  });
  onward.on('close', () => socket.destroySoon());
  socket.on('close', () => onward.destroy());
}

async function readHost(type: number, read: Reader): Promise<string> {
  if (type === 1) return [...(await read(4))].join('.');
  if (type === 4) {
    const words = await read(16);
    return Array.from({ length: 8 }, (_, index) => words.readUInt16BE(index * 2).toString(16)).join(':');
  }
  const [length = 0] = await read(1);
  return (await read(length)).toString();
}

interface Reader {
  (count: number): Promise<Buffer>;
  release(): void;
}

function createReader(socket: Socket): Reader {
  let held = Buffer.alloc(0);
  let wake: (() => void) | undefined;
  const onData = (piece: Buffer) => {
    held = Buffer.concat([held, piece]);
    wake?.();
  };
  socket.on('data', onData);
  const read = async (count: number): Promise<Buffer> => {
    while (held.length < count) {
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    return taken;
  };
  const release = () => {
    socket.off('data', onData);
  };
  return Object.assign(read, { release });
}
