import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { Server as ProxyServer } from 'proxy-chain';
import { expect, onTestFinished, test } from 'vitest';
import { createTransport } from '../../src/transport/create-transport.ts';
import { createEgressPolicy } from '../../src/transport/egress/egress-policy.ts';
import { createGotTransport, type GotAgents } from '../../src/transport/got/got-transport.ts';
import { createTrust, type TrustOptions } from '../../src/transport/trust/trust.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startHttpServer, startTcpServer } from '../support/loopback-server.ts';
import { type ContextOptions, httpRequest, sendContext, textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const authority = createTestAuthority();
const trusting = { caCert: authority.cert };

/** A server that counts requests, and a transport over the agents of a host program. */
async function meet(agent: GotAgents, hosts = ['127.0.0.1', 'localhost']) {
  const { chain: cert, key } = authority.issue({ hosts });
  let requests = 0;
  const answer: http.RequestListener = (request, response) => {
    requests += 1;
    response.end(`${request.headers.host}`);
  };
  const secure = await startHttpServer(answer, { cert, key });
  const plain = await startHttpServer(answer);
  const transport = createGotTransport({ agent });
  onTestFinished(async () => {
    await transport.close();
    for (const each of [agent.http, agent.https]) each?.destroy();
    await Promise.all([secure.close(), plain.close()]);
  });
  const send = async (url: string, trust: TrustOptions = {}, options: ContextOptions = {}) => {
    const channel = { trust: createTrust(trust), ...options.channel };
    const { body } = await transport.send(httpRequest(url), sendContext({ ...options, channel }));
    return textOf(body);
  };
  return { secure, plain, send, transport, chain: cert, requests: () => requests };
}

const withTls = (options: https.AgentOptions) => ({
  https: new https.Agent({ keepAlive: true, ...options }),
});

test('an agent that checks no certificates does not let an unknown authority through', async () => {
  const { secure, send, requests } = await meet(withTls({ rejectUnauthorized: false }));
  const error = await failureOf(send(secure.origin));
  expect([error.code, requests()]).toEqual(['TLS_CERTIFICATE_UNTRUSTED', 0]);
  expect(await send(secure.origin, trusting)).toBe(`127.0.0.1:${secure.port}`);
});

test('an agent that accepts any host name does not let a certificate for another host through', async () => {
  const { secure, send, requests } = await meet(withTls({ checkServerIdentity: () => undefined }), [
    'other.example',
  ]);
  const error = await failureOf(send(secure.origin, trusting));
  expect([error.code, error.found, requests()]).toEqual(['TLS_HOST_MISMATCH', 'DNS:other.example', 0]);
});

test('roots of the agent do not count, those of the connection do', async () => {
  const { secure, send, requests } = await meet(withTls({ ca: authority.cert }));
  expect((await failureOf(send(secure.origin))).code).toBe('TLS_CERTIFICATE_UNTRUSTED');
  expect(requests()).toBe(0);
  expect(await send(secure.origin, trusting)).toBe(`127.0.0.1:${secure.port}`);
});

test('an agent that brings a trust of its own is refused', async () => {
  const secureContext = tls.createSecureContext({ ca: authority.cert });
  const { secure, send, requests } = await meet(withTls({ secureContext } as https.AgentOptions));
  const error = await failureOf(send(secure.origin, trusting));
  expect([error.code, requests()]).toEqual(['TLS_CERTIFICATE_UNTRUSTED', 0]);
  expect(error.message).toContain(
    "the agent opened the connection under a trust that is not the connection's own",
  );
});

test('an agent without TLS is refused for https', async () => {
  const agent = new http.Agent();
  const { secure, send, requests } = await meet({ https: agent });
  expect((await failureOf(send(secure.origin, trusting))).code).toBe('OPTIONS_INVALID');
  Object.assign(agent, { protocol: 'https:' });
  const error = await failureOf(send(secure.origin, trusting));
  expect([error.code, requests()]).toEqual(['TLS_FAILED', 0]);
});

test('a pinned certificate is compared, and nothing is sent to another one', async () => {
  const { secure, send, requests } = await meet(withTls({}));
  const own = new Promise<string>(resolve => {
    const socket = tls.connect({ port: secure.port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.destroy();
    });
  });
  const error = await failureOf(send(secure.origin, { fingerprint256: 'AB'.repeat(32) }));
  expect([error.code, requests()]).toEqual(['TLS_CERTIFICATE_UNTRUSTED', 0]);
  expect(await send(secure.origin, { fingerprint256: await own })).toBe(`127.0.0.1:${secure.port}`);
});

test.each([
  ['its authority', () => trusting],
  ['a pin', (cert: string) => ({ fingerprint256: new X509Certificate(cert).fingerprint256 })],
])(
  'a server that is trusted by %s is trusted on every connection of an agent that resumes TLS',
  async (_, trustOf) => {
    const agent = { https: new https.Agent() };
    const { secure, send, chain } = await meet(agent);
    const trust = trustOf(chain);
    const answers = [await send(secure.origin, trust), await send(secure.origin, trust)];
    answers.push(...(await Promise.all([send(secure.origin, trust), send(secure.origin, trust)])));
    expect([answers, secure.connectionCount]).toEqual([Array(4).fill(`127.0.0.1:${secure.port}`), 4]);
  },
);

test('a socket over TLS is not lent to a connection of another trust', async () => {
  const { secure, send } = await meet(withTls({}));
  const one = createTrust(trusting);
  const other = createTrust({ ...trusting, minVersion: 'TLSv1.3' });
  await send(secure.origin, {}, { channel: { trust: one } });
  await send(secure.origin, {}, { channel: { trust: one } });
  expect(secure.connectionCount).toBe(1);
  await send(secure.origin, {}, { channel: { trust: other } });
  expect(secure.connectionCount).toBe(2);
});

test('the name of the server that the connection asks for is the one that is looked for', async () => {
  const { secure, send } = await meet(withTls({}), ['tenant.example']);
  expect(await send(secure.origin, { ...trusting, serverName: 'tenant.example' })).toContain('127.0.0.1');
  expect((await failureOf(send(secure.origin, trusting))).code).toBe('TLS_HOST_MISMATCH');
});

const closed = createEgressPolicy({ allowLoopback: false, allowPrivate: false });

test('a host that resolves to a forbidden address is refused before anything is connected', async () => {
  const { plain, send } = await meet({ http: new http.Agent() });
  const error = await failureOf(send(`http://localhost:${plain.port}/`, {}, { channel: { egress: closed } }));
  expect([error.code, plain.connectionCount]).toEqual(['EGRESS_REFUSED', 0]);
  const literal = await failureOf(send(plain.origin, {}, { channel: { egress: closed } }));
  expect([literal.code, plain.connectionCount]).toEqual(['EGRESS_REFUSED', 0]);
});

test('an agent that resolves names itself is refused at the address it has connected to', async () => {
  const lookup: http.AgentOptions['lookup'] = (_host, options, done) =>
    options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
  const { plain, send, requests } = await meet({ http: new http.Agent({ lookup }) });
  const url = `http://public.example:${plain.port}/`;
  const error = await failureOf(send(url, {}, { channel: { egress: closed } }));
  expect([error.code, error.details['address'], requests()]).toEqual(['EGRESS_REFUSED', '127.0.0.1', 0]);
  await plain.whenOpen(0);
  expect(await send(url)).toBe(`public.example:${plain.port}`);
});

test('a socket that another connection left open is judged by the policy of the one that takes it', async () => {
  const { plain, send, requests } = await meet({ http: new http.Agent({ keepAlive: true }) });
  const url = `http://localhost:${plain.port}/`;
  await send(url);
  const error = await failureOf(send(url, {}, { channel: { egress: closed } }));
  expect([error.code, requests(), plain.connectionCount]).toEqual(['EGRESS_REFUSED', 1, 1]);
});

test('a socket that is used many times keeps no listener of the requests before', async () => {
  const agent = new http.Agent({ keepAlive: true });
  const { plain, send } = await meet({ http: agent });
  const listeners = () => {
    const [socket] = Object.values(agent.freeSockets).flat();
    return socket?.eventNames().map(name => [name, socket.listenerCount(name)]);
  };
  await send(plain.origin);
  await expect.poll(listeners).toBeDefined();
  const before = listeners();
  for (let count = 0; count < 20; count += 1) await send(plain.origin);
  await expect.poll(listeners).toEqual(before);
  expect(plain.connectionCount).toBe(1);
});

test('connections share the sockets of plain http that an agent keeps', async () => {
  const { plain, send } = await meet({ http: new http.Agent({ keepAlive: true }) });
  for (const key of ['one', 'two']) await send(plain.origin, {}, { channel: { key } });
  expect(plain.connectionCount).toBe(1);
});

test('an agent that leads through a proxy carries requests, its TLS ending at the target', async ({
  skip,
}) => {
  if (Number.parseInt(process.versions.node, 10) < 24) skip('only agents of Node 24 know proxies');
  const tunnels: string[] = [];
  const proxy = new ProxyServer({
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction: ({ hostname }) => {
      tunnels.push(hostname);
      return {};
    },
  });
  await proxy.listen();
  const url = `http://127.0.0.1:${proxy.port}`;
  const proxyEnv = { HTTP_PROXY: url, HTTPS_PROXY: url };
  const plainAgent = new http.Agent({ proxyEnv } as http.AgentOptions);
  const { secure, plain, send } = await meet({
    http: plainAgent,
    ...withTls({ proxyEnv } as https.AgentOptions),
  });
  onTestFinished(() => proxy.close(true));
  expect(await send(secure.origin, trusting)).toBe(`127.0.0.1:${secure.port}`);
  expect((await failureOf(send(secure.origin))).code).toBe('TLS_CERTIFICATE_UNTRUSTED');
  expect(tunnels).toEqual(['127.0.0.1', '127.0.0.1']);
  expect(await send(plain.origin)).toBe(`127.0.0.1:${plain.port}`);
  expect(tunnels).toHaveLength(3);
});

test('waiting for a busy agent counts as connecting', async () => {
  const clock = createFakeClock();
  const agent = new http.Agent({ maxSockets: 1 });
  let asked: () => void = () => undefined;
  const request = new Promise<void>(resolve => {
    asked = resolve;
  });
  await using busy = await startHttpServer(() => asked());
  const { transport } = await meet({ http: agent });
  const channel = { connectTimeoutMs: 3000 };
  const first = failureOf(transport.send(httpRequest(busy.origin), sendContext({ channel })));
  await request;
  const second = failureOf(transport.send(httpRequest(busy.origin), sendContext({ clock, channel })));
  clock.advance(3000);
  const error = await second;
  expect([error.code, error.details['requestSent']]).toEqual(['CONNECT_TIMEOUT', false]);
  expect(error.message).toContain('the agent had no connection ready within timeouts.connectMs (3000 ms)');
  await transport.close();
  expect((await first).code).toBe('ENGINE_CLOSED');
});

test('no more requests are under way at once than the connection allows, whatever the agent would do', async () => {
  const waiting: (() => void)[] = [];
  let most = 0;
  await using server = await startHttpServer((_, response) => {
    waiting.push(() => response.end('ok'));
    most = Math.max(most, waiting.length);
  });
  const { transport } = await meet({ http: new http.Agent({ keepAlive: true }) });
  const context = sendContext({ channel: { connectionsPerOrigin: 2 } });
  const get = async () => textOf((await transport.send(httpRequest(server.origin), context)).body);
  const answers = Promise.all(Array.from({ length: 6 }, get));
  for (let round = 0; round < 3; round += 1) {
    await expect.poll(() => waiting.length).toBe(2);
    for (const answer of waiting.splice(0)) answer();
  }
  expect(await answers).toEqual(Array(6).fill('ok'));
  expect(most).toBe(2);
});

test('a request that meets a kept socket which the server has closed is sent once more, even if on another such', async () => {
  let closing = false;
  const seen: string[] = [];
  const sockets: Socket[] = [];
  const answerAll = () => {
    setImmediate(() => {
      for (const socket of sockets) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  };
  await using server = await startTcpServer(socket => {
    socket.on('data', head => {
      seen.push(head.toString('latin1').slice(0, 3));
      if (closing) socket.resetAndDestroy();
      // The first two are answered together, so that two sockets are kept.
      else if (seen.length === 2) answerAll();
      sockets.push(socket);
    });
  });
  const { transport } = await meet({ http: new http.Agent({ keepAlive: true }) });
  const get = async () => textOf((await transport.send(httpRequest(server.origin), sendContext())).body);
  expect(await Promise.all([get(), get()])).toEqual(['ok', 'ok']);
  closing = true;
  expect((await failureOf(get())).code).toBe('CONNECTION_LOST');
  expect([seen.length, server.connectionCount]).toEqual([4, 2]);
});

test('a connection with a proxy of its own goes past the agents, to plain http and through a tunnel', async () => {
  const asked: string[] = [];
  const proxy = new ProxyServer({
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction: ({ isHttp }) => {
      asked.push(isHttp ? 'whole' : 'tunnel');
      return {};
    },
  });
  await proxy.listen();
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  const { secure, plain } = await meet(agents);
  const adapter = createGotTransport({ agent: agents });
  onTestFinished(async () => {
    await adapter.close();
    await proxy.close(true);
  });
  const transport = createTransport({ adapter, proxy: `http://127.0.0.1:${proxy.port}`, tls: trusting });
  for (const { origin, port } of [plain, secure]) {
    const { body } = await transport.send({ url: origin });
    expect(await textOf(body)).toBe(`127.0.0.1:${port}`);
  }
  expect(asked).toEqual(['whole', 'tunnel']);
  // A socket that an agent opened would have been kept by it.
  expect([agents.http.freeSockets, agents.https.freeSockets].map(Object.keys)).toEqual([[], []]);
});

test('a probe goes by the agent and tells its phases', async () => {
  const { secure, transport } = await meet(withTls({}));
  const { clock, channel } = sendContext({ channel: { trust: createTrust(trusting) } });
  const phases = await transport.probe(`${secure.origin.replace('127.0.0.1', 'localhost')}/`, {
    clock,
    channel,
  });
  expect(phases).toMatchObject({ host: 'localhost', address: '127.0.0.1', tlsVersion: 'TLSv1.3' });
  expect([phases.dnsMs, phases.connectMs, phases.tlsMs].every(ms => typeof ms === 'number')).toBe(true);
  await secure.whenOpen(0);
  const refused = failureOf(transport.probe(`${secure.origin}/`, { clock, channel: sendContext().channel }));
  expect((await refused).code).toBe('TLS_CERTIFICATE_UNTRUSTED');
});

test('an agent stays open when the transport is closed', async () => {
  const agent = new http.Agent({ keepAlive: true });
  const { plain, send, transport } = await meet({ http: agent });
  await send(plain.origin);
  await transport.close();
  expect(plain.openSockets).toBe(1);
});

test('something that is no agent is refused at once', async () => {
  const error = await failureOf(() => createGotTransport({ agent: { http: {} as http.Agent } }));
  expect([error.code, error.message]).toEqual([
    'OPTIONS_INVALID',
    expect.stringContaining('The option agent.http cannot be used'),
  ]);
});
