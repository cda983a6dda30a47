import type { Socket } from 'node:net';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Target } from './connector.ts';

/** A UNIX socket that stands for one origin; requests to any other go over the network. */
export interface SocketPath {
  /** Absolute, without `.` and `..`. */
  readonly path: string;
  /** Scheme, host and port, as in a URL. */
  readonly origin: string;
}

const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this process may not use it',
  EPERM: 'this process may not use it',
  ECONNREFUSED: 'nothing accepts connections there',
  ENOTSOCK: 'it is not a socket',
};

/** Systems take paths of about 104 bytes; Node would cut a longer one off or fail late. */
const MAX_PATH_BYTES = 103;

/** @throws FerruleError `code` unless the path is absolute, plain and short enough */
export function assertSocketPath(
  path: string,
  place: { readonly pointer: string; readonly code: 'DEFINITION_WRONG_VALUE' | 'OPTIONS_INVALID' },
): void {
  const { isAbsolute, normalize } = process.getBuiltinModule('node:path').posix;
  const isPlain = isAbsolute(path) && normalize(path) === path && !path.endsWith('/') && !path.includes('\0');
  if (isPlain && Buffer.byteLength(path) <= MAX_PATH_BYTES) return;
  throw new FerruleError(place.code, 'The path of the UNIX socket cannot be used', {
    pointer: place.pointer,
    expected: `an absolute path such as /run/docker.sock, without "." and "..", of at most ${MAX_PATH_BYTES} bytes`,
  });
}

/**
 * Connects to a UNIX socket. Ended by `signal`.
 * @throws FerruleError CONNECT_REFUSED, CONNECTION_FAILED
 */
export function connectUnixSocket(path: string, target: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = process.getBuiltinModule('node:net').connect({ path });
    const onAbort = () => socket.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', error => {
      signal.removeEventListener('abort', onAbort);
      void isNoSocket(path, error).then(isOther => reject(toSocketError(error, path, target, isOther)));
    });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
  });
}

/** Linux refuses a connection to a plain file with the words for a server that does not run. */
async function isNoSocket(path: string, { code }: NodeJS.ErrnoException): Promise<boolean> {
  if (code !== 'ECONNREFUSED') return false;
  try {
    return !(await process.getBuiltinModule('node:fs/promises').stat(path)).isSocket();
  } catch {
    // Gone meanwhile; then the first error tells as much.
    return false;
  }
}

function toSocketError(
  error: NodeJS.ErrnoException,
  path: string,
  { host, port }: Target,
  isOther: boolean,
): FerruleError {
  const code = isOther ? 'ENOTSOCK' : (error.code ?? 'no code');
  const meaning = (Object.hasOwn(meanings, code) ? meanings[code] : undefined) ?? `it failed (${code})`;
  return new FerruleError(
    code === 'ECONNREFUSED' ? 'CONNECT_REFUSED' : 'CONNECTION_FAILED',
    `UNIX socket ${path}: ${meaning}`,
    {
      retryable: code === 'ECONNREFUSED' || code === 'ENOENT',
      hint: 'Check config.socketPath, whether the server runs, and who may use its socket.',
      details: { host, port, socketPath: path, requestSent: false },
      cause: error,
    },
  );
}
