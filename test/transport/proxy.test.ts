import { expect, onTestFinished, test } from 'vitest';
import { createTransport, type TransportOptions } from '../../src/transport/create-transport.ts';
import { startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { startFaultServer, startHttpServer, startTcpServer } from '../support/loopback-server.ts';
import { textOf } from '../support/send-context.ts';
import { startSocksServer } from '../support/socks-server.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const authority = createTestAuthority();

const open = (options: TransportOptions = {}) => {
  const transport = createTransport(options);
  onTestFinished(() => transport.close());
  return transport;
};
const startTls = (body = 'inside', options = {}) => {
  const { chain, key } = authority.issue();
  return startHttpServer((_, response) => response.end(body), { cert: chain, key, ...options });
};
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const account = { username: 'ada', password: 'pröxy/pass' };

test('plain http is handed to an HTTP proxy with its whole URL, other headers untouched', async () => {
  await using server = await startEchoServer();
  await using proxy = await startHttpProxy();
  const response = await open({ proxy: proxy.url }).send({
    url: `${server.origin}/a%20b?q=1`,
    method: 'POST',
    headers: [['X-One', '1']],
    body: 'hello',
  });
  expect(response.statusCode).toBe(200);
  response.body.cancel();
  expect(proxy.asked).toEqual([`POST ${server.origin}/a%20b?q=1`]);
  expect(server.received[0]).toMatchObject({ method: 'POST', url: '/a%20b?q=1', body: 'hello' });
});

test('https goes through a tunnel that an HTTP proxy lends, and is TLS with the target itself', async () => {
  await using server = await startTls();
  await using proxy = await startHttpProxy();
  const transport = open({ proxy: { url: proxy.url }, tls: { caCert: authority.cert } });
  const response = await transport.send({ url: server.origin });
  expect(await textOf(response.body)).toBe('inside');
  expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
  const untrusting = await failureOf(open({ proxy: proxy.url }).send({ url: server.origin }));
  expect(untrusting.code).toBe('TLS_CERTIFICATE_UNTRUSTED');
});

test('credentials go to the proxy and never to the target', async () => {
  const heads: string[] = [];
  await using plain = await startFaultServer((socket, received) => {
    heads.push(received);
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });
  const { chain, key } = authority.issue();
  await using secure = await startHttpServer(
    (request, response) => {
      heads.push(request.rawHeaders.join('\n'));
      response.end();
    },
    { cert: chain, key },
  );
  await using proxy = await startHttpProxy(account);
  const transport = open({ proxy: { url: proxy.url, ...account }, tls: { caCert: authority.cert } });
  for (const { origin } of [plain, secure]) (await transport.send({ url: origin })).body.cancel();
  expect(proxy.authorizations).toEqual(Array(2).fill(basic('ada:pröxy/pass')));
  expect(heads).toHaveLength(2);
  expect(heads.join('\n')).not.toMatch(/proxy-authorization/i);
});

test.each(['http', 'https'])(
  'a proxy that asks an %s request for other credentials says so in its own error',
  async scheme => {
    await using server = scheme === 'http' ? await startHttpServer(() => undefined) : await startTls();
    await using proxy = await startHttpProxy(account);
    const none = await failureOf(open({ proxy: proxy.url }).send({ url: server.origin }));
    const wrong = open({ proxy: { url: proxy.url, username: 'ada', password: 'w-r-o-n-g' } });
    const refused = await failureOf(wrong.send({ url: server.origin }));
    for (const { code, retryable, message, details } of [none, refused]) {
      expect([code, retryable]).toEqual(['PROXY_AUTH_FAILED', false]);
      expect(message).toContain(`Proxy 127.0.0.1:${proxy.port}`);
      expect(details).toMatchObject({ proxy: `127.0.0.1:${proxy.port}`, requestSent: false });
    }
    expect(none.hint).toBe('Put username and password into proxy.');
    expect(refused.hint).toBe('Check proxy.username and proxy.password.');
    expect(server.connectionCount).toBe(0);
  },
);

test('an https proxy is spoken to over TLS of its own, and the target over TLS inside it', async () => {
  const proxyAuthority = createTestAuthority({ commonName: 'Proxy Root' });
  const { chain, key } = proxyAuthority.issue();
  await using server = await startTls('inside both');
  await using inner = await startHttpProxy();
  // The TLS of the proxy, in front of a proxy that has none.
  const { connect } = await import('node:net');
  const tls = await import('node:tls');
  const front = tls.createServer({ cert: chain, key }, socket => {
    const onward = connect(inner.port, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  });
  front.on('tlsClientError', () => undefined);
  await new Promise<void>(resolve => front.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void front.close());
  const { port } = front.address() as { port: number };
  const url = `https://127.0.0.1:${port}`;
  const tlsOptions = { caCert: authority.cert };
  const transport = open({ proxy: { url, caCert: proxyAuthority.cert }, tls: tlsOptions });
  const response = await transport.send({ url: server.origin });
  expect(await textOf(response.body)).toBe('inside both');
  // The authority of the target says nothing about the proxy.
  const failure = await failureOf(open({ proxy: url, tls: tlsOptions }).send({ url: server.origin }));
  expect(failure.code).toBe('TLS_CERTIFICATE_UNTRUSTED');
  expect(failure.summary).toContain(`Proxy 127.0.0.1:${port}`);
  expect(failure.hint).toContain('proxy.caCert');
});

test('inside a tunnel, client certificate, server name, HTTP/2 and pin are those of the target', async () => {
  const client = authority.issue({ commonName: 'client' });
  const { chain, key } = authority.issue({ hosts: ['inner.example'] });
  const { createSecureServer } = await import('node:http2');
  const server = createSecureServer({ cert: chain, key, ca: authority.cert, requestCert: true });
  server.on('sessionError', () => undefined);
  server.on('stream', stream => {
    stream.respond({ ':status': 200 });
    stream.end(`${names.at(-1)}`);
  });
  const names: unknown[] = [];
  server.on('secureConnection', socket =>
    names.push(socket.servername, socket.getPeerCertificate().subject?.CN),
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  await using proxy = await startHttpProxy();
  const transport = open({ proxy: proxy.url, http2: true });
  const tls = {
    caCert: authority.cert,
    serverName: 'inner.example',
    clientCertificate: { cert: client.chain, key: client.key },
  };
  const response = await transport.send({ url: `https://127.0.0.1:${port}/`, tls });
  expect([response.httpVersion, await textOf(response.body)]).toEqual(['2', 'client']);
  expect(names).toEqual(['inner.example', 'client']);
  const pinned = { ...tls, fingerprint256: '00'.repeat(32) };
  const failure = await failureOf(transport.send({ url: `https://127.0.0.1:${port}/`, tls: pinned }));
  expect(failure.message).toContain('not the pinned one');
});

test.each([
  ['socks5', '127.0.0.1'],
  ['socks5h', 'target.example'],
])('%s asks the proxy for %s', async (scheme, host) => {
  await using server = await startHttpServer((_, response) => response.end('ok'));
  await using proxy = await startSocksServer(account);
  const transport = open({
    proxy: { url: `${scheme}://127.0.0.1:${proxy.port}`, ...account },
    lookup: (_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  const response = await transport.send({ url: `http://target.example:${server.port}/` });
  expect(await textOf(response.body)).toBe('ok');
  expect(proxy.asked).toEqual([`${host}:${server.port}`]);
  expect(proxy.credentials).toEqual(['ada:pröxy/pass']);
});

test('a literal IPv6 target goes through tunnels', async () => {
  const { chain, key } = authority.issue();
  await using server = await startHttpServer(
    (_, response) => response.end('six'),
    { cert: chain, key },
    '::1',
  );
  await using http = await startHttpProxy();
  await using socks = await startSocksServer();
  for (const url of [http.url, `socks5://127.0.0.1:${socks.port}`]) {
    const response = await open({ proxy: url, tls: { caCert: authority.cert } }).send({ url: server.origin });
    expect(await textOf(response.body)).toBe('six');
  }
  expect(http.asked).toEqual([`CONNECT [::1]:${server.port}`]);
});

test('each hop of a redirect asks anew whether it needs the proxy', async () => {
  await using direct = await startHttpServer((_, response) => response.end('there'));
  await using first = await startHttpServer((_, response) =>
    response.writeHead(302, { location: `http://localhost:${direct.port}/` }).end(),
  );
  await using proxy = await startHttpProxy();
  const noProxy = [`localhost:${direct.port}`];
  const transport = open({ proxy: { url: proxy.url, noProxy }, redirect: { maxRedirects: 1 } });
  const response = await transport.send({ url: first.origin });
  expect(await textOf(response.body)).toBe('there');
  expect(proxy.asked).toEqual([`GET ${first.origin}/`]);
});

test('sockets are kept per proxy and credentials', async () => {
  await using server = await startHttpServer((_, response) => response.end('ok'));
  await using socks = await startSocksServer();
  const url = `socks5://127.0.0.1:${socks.port}`;
  const transport = open();
  const send = async (proxy: { url: string; username?: string; password?: string } | false) =>
    textOf((await transport.send({ url: server.origin, proxy })).body);
  const kept = { url, username: 'a', password: '1' };
  for (const proxy of [kept, kept, { ...kept, password: '2' }, false as const]) await send(proxy);
  expect([socks.connectionCount, server.connectionCount]).toEqual([2, 3]);
});

test('the proxy itself is judged by the egress policy, and so is a literal target behind it', async () => {
  await using server = await startHttpServer((_, response) => response.end());
  await using proxy = await startHttpProxy();
  const refused = open({ proxy: proxy.url, egress: { allowLoopback: false } });
  const toProxy = await failureOf(refused.send({ url: 'http://192.0.2.1/' }));
  expect([toProxy.code, toProxy.details['proxy']]).toEqual(['EGRESS_REFUSED', `127.0.0.1:${proxy.port}`]);
  const metadata = await failureOf(open({ proxy: proxy.url }).send({ url: 'http://169.254.169.254/latest' }));
  expect(metadata.code).toBe('EGRESS_REFUSED');
  expect([proxy.asked, server.connectionCount]).toEqual([[], 0]);
});

test('a policy about addresses leaves no name to a proxy unless it says so', async () => {
  await using server = await startHttpServer((_, response) => response.end('ok'));
  await using proxy = await startSocksServer();
  const url = `http://inner.example:${server.port}/`;
  const send = async (egress: TransportOptions['egress'], scheme = 'socks5h') => {
    const transport = open({
      proxy: `${scheme}://127.0.0.1:${proxy.port}`,
      egress: { allowHosts: ['127.0.0.1'], allowPrivate: false, ...egress },
      lookup: (_, done) => done(null, [{ address: '10.0.0.1', family: 4 }]),
    });
    return textOf((await transport.send({ url })).body);
  };
  const failure = await failureOf(send({}));
  expect([failure.code, proxy.asked]).toEqual(['EGRESS_REFUSED', []]);
  expect(failure.hint).toContain('egress.allowProxyResolution');
  // Resolved here, the address is seen and judged.
  expect((await failureOf(send({}, 'socks5'))).message).toContain('inner.example (address 10.0.0.1)');
  expect(proxy.asked).toEqual([]);
  expect(await send({ allowProxyResolution: true })).toBe('ok');
  expect(await send({ allowHosts: ['127.0.0.1', '*.example'] })).toBe('ok');
  const onlyOthers = { onlyHosts: ['127.0.0.1', '10.0.0.0/8'], allowProxyResolution: true };
  expect((await failureOf(send(onlyOthers))).code).toBe('EGRESS_REFUSED');
});

test('an aborted request closes its connection to the proxy, whatever state that is in', async () => {
  await using silent = await startTcpServer(() => undefined);
  for (const scheme of ['http', 'https', 'socks5', 'socks5h']) {
    const transport = open({ proxy: `${scheme}://127.0.0.1:${silent.port}` });
    const abort = new AbortController();
    const accepted = silent.whenAccepted(silent.connectionCount + 1);
    const sent = failureOf(transport.send({ url: 'https://192.0.2.1/', signal: abort.signal }));
    await accepted;
    abort.abort();
    expect((await sent).code).toBe('ABORTED');
    await silent.whenOpen(0);
  }
});

test('a connection through a proxy is told with its phases', async () => {
  await using server = await startTls();
  await using proxy = await startHttpProxy();
  const transport = open({ proxy: proxy.url, tls: { caCert: authority.cert } });
  const { timings, body } = await transport.send({ url: server.origin });
  body.cancel();
  expect(timings).toMatchObject({ connectMs: expect.any(Number), tlsMs: expect.any(Number) });
});

test('a proxy for each scheme serves that scheme alone', async () => {
  await using plain = await startHttpServer((_, response) => response.end('plain'));
  await using secure = await startTls('secure');
  await using proxy = await startHttpProxy();
  const tls = { caCert: authority.cert };
  for (const setting of [{ http: proxy.url }, { https: { url: proxy.url } }]) {
    const transport = open({ proxy: setting, tls });
    for (const { origin } of [plain, secure]) (await transport.send({ url: origin })).body.cancel();
  }
  expect(proxy.asked).toEqual([`GET ${plain.origin}/`, `CONNECT 127.0.0.1:${secure.port}`]);
});

test.each([
  ['a misspelt scheme', { htps: 'http://proxy' }, '/proxy'],
  ['a list', ['http://proxy'], '/proxy'],
  ['a number', 3128, '/proxy'],
  ['a number for a scheme', { http: 3128 }, '/proxy/http'],
  ['a URL that is a number', { url: 3128 }, '/proxy/url'],
  ['a misspelt password', { url: 'http://proxy', pasword: 'x' }, '/proxy'],
  ['a password that is a number', { url: 'http://proxy', password: 1234 }, '/proxy/password'],
  ['an exception outside a list', { url: 'http://proxy', noProxy: 'localhost' }, '/proxy/noProxy'],
  ['a URL that is none', { https: { url: 'proxy' } }, '/proxy/https/url'],
])('%s is no proxy', async (_, proxy, pointer) => {
  const failure = await failureOf(open({ proxy: proxy as never }).send({ url: 'http://198.51.100.7/' }));
  expect([failure.code, failure.pointer]).toEqual(['OPTIONS_INVALID', pointer]);
});
