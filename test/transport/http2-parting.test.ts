import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/transport/wire/undici-client.ts';
import { type FrameConnection, startFrameServer } from '../support/http2-frames.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const authority = createTestAuthority();
const issued = authority.issue({ hosts: ['127.0.0.1'] });

async function start(onRequest: (connection: FrameConnection, streamId: number) => void) {
  const server = await startFrameServer(issued, onRequest);
  onTestFinished(() => server.close());
  const sockets: TLSSocket[] = [];
  const client = createClient(server.origin, {
    allowH2: true,
    connect: (_options, done) => {
      const socket = connect({
        port: server.port,
        host: '127.0.0.1',
        ca: authority.cert,
        ALPNProtocols: ['h2'],
      });
      sockets.push(socket);
      socket.once('secureConnect', () => done(null, socket));
    },
  });
  onTestFinished(() => client.destroy());
  const get = () =>
    new Promise<string>((resolve, reject) => {
      const pieces: Buffer[] = [];
      client.dispatch(
        { path: '/', method: 'GET' },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_controller, piece) => void pieces.push(piece),
          onResponseEnd: () => resolve(Buffer.concat(pieces).toString()),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
  return { get, sockets };
}

test('after a GOAWAY a socket is closed with its last answer, even if the server keeps it open', async () => {
  const { get, sockets } = await start((connection, streamId) => {
    connection.goAway(streamId);
    connection.answer(streamId, 'last');
    connection.fallSilent();
  });
  expect(await get()).toBe('last');
  const [socket] = sockets;
  if (socket !== undefined && !socket.destroyed) await once(socket, 'close');
  expect(sockets.length).toBe(1);
});

test('after a GOAWAY an idle socket is closed, even if the server keeps it open', async () => {
  const seen: FrameConnection[] = [];
  const { get, sockets } = await start((connection, streamId) => {
    seen.push(connection);
    connection.answer(streamId, 'first');
  });
  expect(await get()).toBe('first');
  const [connection] = seen;
  connection?.goAway(1);
  connection?.fallSilent();
  const [socket] = sockets;
  if (socket !== undefined && !socket.destroyed) await once(socket, 'close');
  expect(await get()).toBe('first');
  expect(sockets.length).toBe(2);
});
