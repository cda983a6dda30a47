import { connect } from 'node:net';

/** The code of the error with which a connection to a port of this machine fails; undefined when it succeeds. */
export function failureOfConnecting(port = 0): Promise<string | undefined> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}
