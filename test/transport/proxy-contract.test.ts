import { afterAll, beforeAll, describe } from 'vitest';
import { createProxyChoice } from '../../src/transport/proxy-choice.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { createUndiciTransport } from '../../src/transport/undici-transport.ts';
import { type SocksServer, startSocksServer } from '../support/socks-server.ts';
import { contractOfAborts } from './contract-aborts.ts';
import { contractOfBodies } from './contract-bodies.ts';
import { contractOfExchanges } from './contract-exchanges.ts';
import { contractOfFaults } from './contract-faults.ts';
import { contractOfLimits } from './contract-limits.ts';

// A tunnel changes nothing, so the whole contract holds. An HTTP proxy answers plain http itself: see proxy.test.ts.
describe('through a SOCKS5 proxy', () => {
  let proxy: SocksServer;
  beforeAll(async () => {
    proxy = await startSocksServer({ username: 'me', password: 'pass' });
  });
  afterAll(() => proxy.close());
  const create = () => through(`socks5h://127.0.0.1:${proxy.port}`, 'me', 'pass');
  describe('exchanges', () => contractOfExchanges(create));
  describe('bodies', () => contractOfBodies(create));
  describe('limits and timeouts', () => contractOfLimits(create));
  describe('aborts', () => contractOfAborts(create));
  describe('faults', () => contractOfFaults(create));
});

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
