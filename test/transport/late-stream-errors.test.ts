import { createSecureServer } from 'node:http2';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { createClient } from '../../src/transport/wire/undici-client.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const { kHTTP2Session } = createRequire(import.meta.url)('undici/lib/core/symbols.js');

/** undici takes its own listeners away when it is done with a stream, and in some of its ways out leaves none. */
test('an HTTP/2 stream has a listener for errors from the beginning, and after its end', async () => {
  const authority = createTestAuthority();
  const server = createSecureServer(authority.issue({ key: 'ec' }));
  server.on('stream', stream => {
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createClient(`https://127.0.0.1:${port}`, {
    allowH2: true,
    connect: (_options, done) => {
      const socket = connect({ port, host: '127.0.0.1', ca: authority.cert, ALPNProtocols: ['h2'] });
      socket.once('secureConnect', () => done(null, socket));
    },
  });
  const streams: NodeJS.EventEmitter[] = [];
  const listeners: number[] = [];
  client.on('connect', () => {
    const session = Reflect.get(client, kHTTP2Session);
    const request = session.request.bind(session);
    session.request = (...given: unknown[]) => {
      const stream = request(...given);
      streams.push(stream);
      listeners.push(stream.listenerCount('error'));
      return stream;
    };
  });
  const closed = new Promise<void>((resolve, reject) => {
    client.dispatch(
      { path: '/', method: 'GET' },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => void streams[0]?.once('close', resolve),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
  await closed;
  // Listeners of the same event that were added before run before; what undici still does, it has done then.
  await new Promise(resolve => setImmediate(resolve));
  expect(listeners).toEqual([1]);
  expect(streams[0]?.emit('error', new Error('the connection broke'))).toBe(true);
  await client.destroy();
  await new Promise(resolve => server.close(resolve));
});
