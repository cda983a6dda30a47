import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createTransport, type TransportRequest } from '../../src/transport/create-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import {
  type LoopbackServer,
  startFaultServer,
  startTcpServer,
  unusedPort,
} from '../support/loopback-server.ts';
import { type SocksServerOptions, startSocksServer } from '../support/socks-server.ts';

const target = 'https://198.51.100.7:8443/';
const open = () => {
  const transport = createTransport();
  onTestFinished(() => transport.close());
  return transport;
};
/** The failure of a request through the proxy; its socket is gone then, and the message names the proxy. */
const failureThrough = async (
  proxy: LoopbackServer,
  options: Partial<TransportRequest> = {},
  scheme = 'http',
  url = target,
) => {
  const failure = await failureOf(
    open().send({ url, proxy: `${scheme}://127.0.0.1:${proxy.port}`, ...options }),
  );
  await proxy.whenOpen(0);
  expect(failure.stage).toBe('send');
  expect(failure.details['requestSent']).toBe(false);
  return failure;
};

const ok = 'HTTP/1.1 200 OK\r\n';
/** Once the head of CONNECT has come. */
const faults: readonly (readonly [string, (socket: Socket) => void, code: string, words: string])[] = [
  [
    'asks for NTLM',
    answer('HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n\r\n'),
    'PROXY_AUTH_FAILED',
    'NTLM',
  ],
  ['forbids it', answer('HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\nno'), 'PROXY_REFUSED', 'status 403'],
  ['cannot reach the target', answer('HTTP/1.1 502 Bad\r\n\r\n'), 'PROXY_REFUSED', 'status 502'],
  [
    'redirects',
    answer('HTTP/1.1 302 F\r\nlocation: http://evil.example/\r\n\r\n'),
    'PROXY_REFUSED',
    'status 302',
  ],
  [
    'answers for the target',
    answer(`${ok}\r\nHTTP/1.1 200 OK\r\n\r\nforged`),
    'PROTOCOL_ERROR',
    'bytes came before',
  ],
  ['is no HTTP server', answer('SSH-2.0-OpenSSH_9\r\n\r\n'), 'PROTOCOL_ERROR', 'not valid HTTP/1.1'],
  ['sends an endless head', endlessHead, 'LIMIT_EXCEEDED', 'limits.maxHeaderBytes'],
  ['hangs up', socket => socket.end(), 'CONNECTION_FAILED', 'closed'],
  ['resets', socket => socket.resetAndDestroy(), 'CONNECTION_FAILED', 'closed'],
  ['hangs up in the head', answer(`${ok}x-a: b`), 'CONNECTION_FAILED', 'closed'],
];

function answer(text: string): (socket: Socket) => void {
  return socket => socket.end(text);
}

function endlessHead(socket: Socket): void {
  socket.write(`${ok}x-a: ${'a'.repeat(80_000)}`);
}

test.each(faults)('a proxy that %s is a typed error', async (_, fault, code, words) => {
  await using proxy = await startFaultServer(fault);
  const failure = await failureThrough(proxy);
  expect([failure.code, failure.message.includes(words)]).toEqual([code, true]);
  expect(failure.message).toContain(`127.0.0.1:${proxy.port}`);
  expect(failure.details).toMatchObject({
    host: '198.51.100.7',
    port: 8443,
    proxy: `127.0.0.1:${proxy.port}`,
  });
});

test('a refused tunnel is worth another try when the proxy failed, and not when it forbids', async () => {
  for (const [status, retryable] of [
    [403, false],
    [405, false],
    [503, true],
    [504, true],
  ] as const) {
    await using proxy = await startFaultServer(answer(`HTTP/1.1 ${status} No\r\n\r\n`));
    expect((await failureThrough(proxy)).retryable).toBe(retryable);
  }
});

test.each([
  ['says nothing', () => undefined, 'the answer to CONNECT'],
  ['drips', drip, 'the answer to CONNECT'],
  [
    'lends a tunnel that leads nowhere',
    (socket: Socket) => void socket.write(`${ok}\r\n`),
    'the TLS handshake',
  ],
])('a proxy that %s is given timeouts.connectMs in all', async (_, fault, subject) => {
  await using proxy = await startFaultServer(fault);
  const startedAtMs = performance.now();
  const failure = await failureThrough(proxy, { timeouts: { connectMs: 120 } });
  expect([failure.code, performance.now() - startedAtMs < 1_000]).toEqual(['CONNECT_TIMEOUT', true]);
  expect(failure.message).toContain(`${subject} was not complete within timeouts.connectMs (120 ms)`);
});

test.each([
  ['says nothing', () => undefined],
  ['drips', drip],
  ['lends a tunnel that leads nowhere', (socket: Socket) => void socket.write(`${ok}\r\n`)],
])('the total deadline ends a request whose proxy %s', async (_, fault) => {
  await using proxy = await startFaultServer(fault);
  const failure = await failureThrough(proxy, { deadlineMs: 100 });
  expect(failure.code).toBe('DEADLINE_EXCEEDED');
});

function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('H'), 20);
  socket.write('HTTP/1.1 200 OK\r\nx: ');
  socket.on('close', () => clearInterval(timer));
}

test('a proxy that cannot be reached is told as one', async () => {
  const port = await unusedPort();
  const failure = await failureOf(open().send({ url: target, proxy: `http://127.0.0.1:${port}` }));
  expect([failure.code, failure.retryable]).toEqual(['CONNECT_REFUSED', true]);
  expect(failure.summary).toBe(`Proxy 127.0.0.1:${port}: nothing accepts connections there`);
  const nameless = createTransport({ lookup: (_, done) => done(null, []) });
  onTestFinished(() => nameless.close());
  const unknown = await failureOf(nameless.send({ url: target, proxy: 'socks5://proxy.example' }));
  expect([unknown.code, unknown.summary]).toEqual([
    'DNS_FAILED',
    'Proxy proxy.example: the host name has no address',
  ]);
});

const bytes = (...values: number[]) => Uint8Array.from(values);
const replies: readonly (readonly [
  string,
  SocksServerOptions,
  code: string,
  retryable: boolean,
  words: string,
])[] = [
  ['fails', { reply: bytes(5, 1, 0, 1, 0, 0, 0, 0, 0, 0) }, 'PROXY_REFUSED', true, 'it failed'],
  ['has rules', { reply: bytes(5, 2, 0, 1, 0, 0, 0, 0, 0, 0) }, 'PROXY_REFUSED', false, 'its rules'],
  ['has no network', { reply: bytes(5, 3, 0, 1, 0, 0, 0, 0, 0, 0) }, 'PROXY_REFUSED', true, 'the network'],
  ['has no way', { reply: bytes(5, 4, 0, 1, 0, 0, 0, 0, 0, 0) }, 'PROXY_REFUSED', true, 'the host'],
  [
    'was refused',
    { reply: bytes(5, 5, 0, 1, 0, 0, 0, 0, 0, 0) },
    'CONNECT_REFUSED',
    true,
    '198.51.100.7:8443',
  ],
  ['gave up', { reply: bytes(5, 6, 0, 1, 0, 0, 0, 0, 0, 0) }, 'PROXY_REFUSED', true, 'too far away'],
  ['knows no CONNECT', { reply: bytes(5, 7, 0, 1, 0, 0, 0, 0, 0, 0) }, 'PROXY_REFUSED', false, 'opens no'],
  [
    'knows no such address',
    { reply: bytes(5, 8, 0, 1, 0, 0, 0, 0, 0, 0) },
    'PROXY_REFUSED',
    false,
    'type of address',
  ],
  [
    'replies nonsense',
    { reply: bytes(5, 99, 0, 1, 0, 0, 0, 0, 0, 0) },
    'PROXY_REFUSED',
    false,
    'no known meaning',
  ],
  ['speaks version 4', { greeting: bytes(4, 0) }, 'PROTOCOL_ERROR', false, 'does not speak SOCKS5'],
  ['picks a method of its own', { greeting: bytes(5, 9) }, 'PROTOCOL_ERROR', false, 'does not speak SOCKS5'],
  ['wants credentials', { username: 'a', password: 'b' }, 'PROXY_AUTH_FAILED', false, 'asks for a user name'],
  ['hangs up at once', { greeting: 'close' }, 'CONNECTION_FAILED', true, 'closed'],
  ['hangs up late', { reply: 'close' }, 'CONNECTION_FAILED', true, 'closed'],
];

test.each(replies)('a SOCKS proxy that %s is a typed error', async (_, options, code, retryable, words) => {
  await using proxy = await startSocksServer(options);
  const failure = await failureThrough(proxy, {}, 'socks5');
  expect([failure.code, failure.retryable, failure.message.includes(words)]).toEqual([code, retryable, true]);
  expect(failure.details['proxy']).toBe(`127.0.0.1:${proxy.port}`);
});

test.each([
  ['at the greeting', { greeting: null }],
  ['at the credentials', { username: 'a', password: 'b', verdict: null }],
  ['at the reply', { reply: null }],
] as const)('a SOCKS proxy that falls silent %s is given timeouts.connectMs', async (_, options) => {
  await using proxy = await startSocksServer(options);
  const account = { url: `socks5h://127.0.0.1:${proxy.port}`, username: 'a', password: 'b' };
  const failure = await failureOf(open().send({ url: target, proxy: account, timeouts: { connectMs: 100 } }));
  await proxy.whenOpen(0);
  expect(failure.code).toBe('CONNECT_TIMEOUT');
  expect(failure.summary).toContain(`Proxy 127.0.0.1:${proxy.port}: the negotiation`);
});

test('a host name that SOCKS has no room for is refused', async () => {
  await using proxy = await startSocksServer();
  const url = `http://${'a.'.repeat(130)}example/`;
  const failure = await failureThrough(proxy, {}, 'socks5h', url);
  expect([failure.code, proxy.asked]).toEqual(['PROXY_REFUSED', []]);
});

test('hundreds of failed attempts leave no socket behind', async () => {
  await using broken = await startFaultServer(answer('HTTP/1.1 503 No\r\n\r\n'));
  await using rude = await startTcpServer(socket => void socket.resetAndDestroy());
  await using socks = await startSocksServer({ reply: bytes(5, 1, 0, 1, 0, 0, 0, 0, 0, 0) });
  const transport = open();
  const proxies = [
    `http://127.0.0.1:${broken.port}`,
    `http://127.0.0.1:${rude.port}`,
    `socks5://127.0.0.1:${socks.port}`,
  ];
  for (let round = 0; round < 10; round++) {
    const sent = Array.from({ length: 30 }, (_, index) =>
      failureOf(transport.send({ url: target, proxy: proxies[index % 3] ?? false })),
    );
    await Promise.all(sent);
  }
  for (const server of [broken, rude, socks]) {
    expect(server.connectionCount).toBe(100);
    await server.whenOpen(0);
  }
});
