import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { compileConnection } from '../../src/compile/connection-plan.ts';
import { SharedParts } from '../../src/compile/shared-parts.ts';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import { createConnectionTransport } from '../../src/execute/connection-transport.ts';
import { withRedirects } from '../../src/transport/redirects/redirects.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';

const parts = () => {
  const wire = createUndiciTransport();
  onTestFinished(() => wire.close());
  const closing = new AbortController().signal;
  return { clock: systemClock, random: Math.random, closing, wire, transport: withRedirects(wire) };
};

const planOf = (config: object) => {
  const parsed = parseConnection({ name: 'c', config: { baseUrl: 'http://a.example', ...config } });
  return compileConnection(parsed, { shared: new SharedParts(true), nowMs: 0 }).plan;
};

test('a connection that asks for nothing is sent with the transport that all of them share', () => {
  const shared = parts();
  for (const config of [{}, { retry: null, rateLimit: null }]) {
    expect(createConnectionTransport(planOf(config), shared)).toBe(shared.transport);
  }
});

test('a connection that asks for something has a transport, and with it a budget and a queue, of its own', () => {
  const shared = parts();
  const plan = planOf({ retry: {}, rateLimit: { requests: 1 } });
  const [one, other] = [createConnectionTransport(plan, shared), createConnectionTransport(plan, shared)];
  expect(one).not.toBe(shared.transport);
  expect(one).not.toBe(other);
});
