import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createTrust } from '../../src/transport/trust/trust.ts';
import { OriginPool } from '../../src/transport/wire/origin-pool.ts';
import { createPooledTransport } from '../../src/transport/wire/pooled-transport.ts';
import type { SocketClientOptions } from '../../src/transport/wire/socket-client.ts';
import { failureOf } from '../support/failure-of.ts';
import { httpRequest, sendContext } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

/** A pool of one socket over a client that takes requests, begins none, and opens a socket again when it has lost it. */
async function startPool() {
  const authority = createTestAuthority();
  const server = http2.createSecureServer({ ...authority.issue({ hosts: ['localhost'] }) });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const opened = Promise.withResolvers<void>();
  const clients: { disconnect: () => void; destroyed: boolean }[] = [];
  let lookups = 0;
  // Takes requests, begins none of them, and opens a socket for those it has.
  const create = (_origin: string, { connect }: SocketClientOptions) => {
    const client = { disconnect: () => {}, destroyed: false };
    clients.push(client);
    let dispatched = 0;
    const open = () =>
      connect({}, (_error, socket) => {
        onTestFinished(() => void socket?.destroy());
        setImmediate(opened.resolve);
      });
    return {
      dispatch: () => {
        dispatched += 1;
        if (dispatched === 1) open();
      },
      destroy: async () => {
        client.destroyed = true;
      },
      on: (_event: 'disconnect', listener: () => void) => {
        client.disconnect = () => {
          listener();
          open();
        };
      },
    };
  };
  const transport = createPooledTransport(
    {
      // The first is answered; later ones never are.
      lookup: (_host, done) => {
        lookups += 1;
        if (lookups === 1) done(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    },
    (target, channel, lookup) => new OriginPool(target, channel, lookup, create),
  );
  onTestFinished(() => void server.close());
  onTestFinished(() => transport.close());
  const leaving = new AbortController();
  const trust = createTrust({ caCert: authority.cert });
  const context = sendContext({
    signal: leaving.signal,
    channel: { connectionsPerOrigin: 1, http2: true, trust },
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  const send = () => failureOf(transport.send(httpRequest(url), context));
  const first = send();
  await opened.promise;
  return { clients, first, send, leaving, lookups: () => lookups };
}

test('a connection that is opened again is given up when the last request that waits for it is aborted', async () => {
  const { clients, first, send, leaving, lookups } = await startPool();
  const failures = [first, send(), send()];
  clients[0]?.disconnect();
  expect([clients.length, lookups()]).toEqual([1, 2]);
  leaving.abort();
  for (const failure of failures) expect((await failure).code).toBe('ABORTED');
  expect(clients.map(({ destroyed }) => destroyed)).toEqual([true]);
});

test('a connection is not opened again for requests that are aborted', async () => {
  const { clients, first, leaving, lookups } = await startPool();
  leaving.abort();
  expect((await first).code).toBe('ABORTED');
  clients[0]?.disconnect();
  expect(lookups()).toBe(1);
});
