import { afterAll, beforeAll } from 'vitest';
import { createProxyChoice } from '../../src/transport/proxies/proxy-choice.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { type SocksServer, startSocksServer } from '../support/socks-server.ts';
import { describeTransport } from './transport-contract.ts';

// A tunnel changes nothing, so the whole contract holds. An HTTP proxy sends plain http on in its own words: see proxy.test.ts.
let socks: SocksServer;
beforeAll(async () => {
  socks = await startSocksServer({ username: 'me', password: 'pass' });
});
afterAll(() => socks.close());
describeTransport('through a SOCKS5 proxy', () => through(`socks5h://127.0.0.1:${socks.port}`, 'me', 'pass'));

/** The transport as it is, its channels led through a proxy. */
function through(url: string, username: string, password: string): Transport {
  const inner = createUndiciTransport();
  const place = { pointer: '/proxy', code: 'OPTIONS_INVALID', nowMs: Date.now(), isExempt: false } as const;
  const proxies = createProxyChoice({ url, username, password }, place);
  return {
    send: (request, context) => inner.send(request, { ...context, channel: { ...context.channel, proxies } }),
    probe: (target, context) => inner.probe(target, { ...context, channel: { ...context.channel, proxies } }),
    release: key => inner.release(key),
    close: () => inner.close(),
  };
}
