import { EventEmitter, once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { createClient } from '../../src/transport/wire/undici-client.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const { kHTTP2Session } = createRequire(import.meta.url)('undici/lib/core/symbols.js');

/** Such a stream comes of a race between an abort and an answer, so the session is made to announce one. */
test('an HTTP/2 stream that nobody asked for may break without ending the process', async () => {
  const authority = createTestAuthority();
  const server = createSecureServer(authority.issue({ key: 'ec' }));
  server.on('stream', stream => {
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createClient(`https://127.0.0.1:${port}`, {
    allowH2: true,
    connect: (_options, done) => {
      const socket = connect({ port, host: '127.0.0.1', ca: authority.cert, ALPNProtocols: ['h2'] });
      socket.once('secureConnect', () => done(null, socket));
    },
  });
  await new Promise<void>((resolve, reject) => {
    client.dispatch(
      { path: '/', method: 'GET' },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => resolve(),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
  const stray = new EventEmitter();
  Reflect.get(client, kHTTP2Session).emit('stream', stray, {}, 0);
  expect(() => stray.emit('error', new Error('the connection broke'))).not.toThrow();
  await client.destroy();
  server.close();
});
