import { describe, expect, it, onTestFinished } from 'vitest';
import { createTransport } from '../../src/transport/create-transport.ts';
import { createEgressPolicy, type EgressOptions } from '../../src/transport/egress/egress-policy.ts';
import { depthOf } from '../../src/transport/egress/redirected-egress.ts';
import { withRedirects } from '../../src/transport/redirects/redirects.ts';
import type { Transport } from '../../src/transport/transport.ts';
import type { PoolingOptions } from '../../src/transport/wire/pooled-transport.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { adapters } from '../proof/adapters.ts';
import { createCannedTransport } from '../support/canned-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startHttpServer } from '../support/loopback-server.ts';
import { httpRequest, sendContext, textOf } from '../support/send-context.ts';
import { startSocksServer } from '../support/socks-server.ts';

const PUBLIC = '93.184.215.14';
const PRIVATE = '10.1.2.3';

/**
 * Redirects over real sockets, except that what is asked of a name below `far.test` is answered by a redirect to
 * wherever its query says, as if by a server at `address`.
 */
function openFrom(address: string | undefined, options: PoolingOptions = {}): Transport {
  const sockets = createUndiciTransport(options);
  const { transport: far } = createCannedTransport(({ url }) => {
    const to = new URL(url).searchParams.get('to');
    return to === null ? {} : { statusCode: 302, headers: [['Location', to]] };
  });
  const transport = withRedirects({
    ...sockets,
    probe: (...given) => sockets.probe(...given),
    release: key => sockets.release(key),
    close: () => sockets.close(),
    async send(request, context) {
      if (!new URL(request.url).hostname.endsWith('far.test')) return sockets.send(request, context);
      return { ...(await far.send(request, context)), remoteAddress: address };
    },
  });
  onTestFinished(() => transport.close());
  return transport;
}

const contextOf = (egress: EgressOptions = {}) =>
  sendContext({ maxRedirects: 4, channel: { egress: createEgressPolicy(egress) } });
const farTo = (url: string, host = 'far.test') => `http://${host}/?to=${encodeURIComponent(url)}`;

describe('a redirect of a public system', () => {
  it.each([
    ['an address of this machine', (port: number) => `http://127.0.0.1:${port}/`],
    ['another of its spellings', (port: number) => `http://2130706433:${port}/`],
    ['its name', (port: number) => `http://localhost:${port}/`],
    ['a name that resolves to it', (port: number) => `http://inside.test:${port}/`],
  ])('does not lead to %s, whether its own address is known or not', async (_, urlOf) => {
    await using server = await startHttpServer((_, response) => response.end('secret'));
    const lookup: PoolingOptions['lookup'] = (_, done) =>
      setImmediate(() => done(null, [{ address: '127.0.0.1', family: 4 }]));
    for (const address of [PUBLIC, undefined]) {
      const sending = openFrom(address, { lookup }).send(httpRequest(farTo(urlOf(server.port))), contextOf());
      const error = await failureOf(sending);
      expect([error.code, error.message]).toEqual([
        'EGRESS_REFUSED',
        expect.stringContaining('a redirect of a public system may not lead further in'),
      ]);
    }
    expect(server.connectionCount).toBe(0);
  });

  it('does not lead there over a socket that is open already', async () => {
    await using server = await startHttpServer((_, response) => response.end('own'));
    const transport = openFrom(PUBLIC);
    const context = contextOf();
    expect(await textOf((await transport.send(httpRequest(server.origin), context)).body)).toBe('own');
    const error = await failureOf(transport.send(httpRequest(farTo(server.origin)), context));
    expect([error.code, server.connectionCount]).toEqual(['EGRESS_REFUSED', 1]);
  });

  it('does not lead back to where the first one came from', async () => {
    const answers: string[] = [];
    await using server = await startHttpServer((request, response) => {
      answers.push(request.url ?? '');
      response.writeHead(302, { location: farTo(`${server.origin}/admin`) }).end();
    });
    const error = await failureOf(openFrom(PUBLIC).send(httpRequest(`${server.origin}/begin`), contextOf()));
    expect([error.code, answers]).toEqual(['EGRESS_REFUSED', ['/begin']]);
  });

  it('leads there where the policy says so, by name or by address, as far as the other rules allow', async () => {
    await using server = await startHttpServer((_, response) => response.end('inside'));
    const transport = openFrom(PUBLIC);
    const go = (egress: EgressOptions, url = server.origin) =>
      transport.send(httpRequest(farTo(url)), contextOf(egress));
    for (const host of ['127.0.0.1', '127.0.0.0/8']) {
      expect(await textOf((await go({ allowRedirectsTo: [host] })).body)).toBe('inside');
    }
    const named = `http://localhost:${server.port}/`;
    expect(await textOf((await go({ allowRedirectsTo: ['localhost'] }, named)).body)).toBe('inside');
    const refused = go({ allowRedirectsTo: ['127.0.0.1'], allowLoopback: false });
    expect(await failureOf(refused)).toMatchObject({ code: 'EGRESS_REFUSED' });
    expect(await failureOf(go({ allowHosts: ['127.0.0.1'] }))).toMatchObject({ code: 'EGRESS_REFUSED' });
  });

  it('uses sockets that are closed with those of its channel', async () => {
    await using server = await startHttpServer((_, response) => response.end('inside'));
    const transport = openFrom(PUBLIC);
    const context = contextOf({ allowRedirectsTo: ['127.0.0.1'] });
    await textOf((await transport.send(httpRequest(farTo(server.origin)), context)).body);
    expect(server.openSockets).toBe(1);
    await transport.release(context.channel.key);
    await server.whenOpen(0);
  });

  it('leads to other public systems, and to itself', async () => {
    const hops = farTo(farTo(farTo('http://far.test/', 'b.far.test'), 'b.far.test'), 'a.far.test');
    const response = await openFrom(PUBLIC).send(httpRequest(hops), contextOf());
    expect([response.statusCode, response.redirects.map(({ to }) => to)]).toEqual([
      200,
      ['http://b.far.test/', 'http://b.far.test/', 'http://far.test/'],
    ]);
  });
});

describe('a redirect from inside', () => {
  it('of a private network does not lead to this machine', async () => {
    await using server = await startHttpServer((_, response) => response.end('secret'));
    const error = await failureOf(openFrom(PRIVATE).send(httpRequest(farTo(server.origin)), contextOf()));
    expect([error.code, error.message]).toEqual([
      'EGRESS_REFUSED',
      expect.stringContaining('a redirect of a private network may not lead further in'),
    ]);
    expect(server.connectionCount).toBe(0);
  });

  it.each(adapters)(
    'over %s: of this machine leads to this machine, whatever it is called',
    async (_, create) => {
      await using target = await startHttpServer((_, response) => response.end('there'));
      await using first = await startHttpServer((_, response) =>
        response.writeHead(302, { location: `${target.origin}/` }).end(),
      );
      const lookup: PoolingOptions['lookup'] = (_, done) =>
        setImmediate(() => done(null, [{ address: '127.0.0.1', family: 4 }]));
      const transport = withRedirects(create({ lookup }));
      onTestFinished(() => transport.close());
      const context = contextOf();
      for (const host of ['my-machine.test', '127.0.0.1', 'my-machine.test']) {
        const response = await transport.send(httpRequest(`http://${host}:${first.port}/`), context);
        expect(await textOf(response.body)).toBe('there');
      }
    },
  );
});

describe('behind a proxy that resolves names', () => {
  it('a name is one of the Internet, and an address is what it is', async () => {
    await using target = await startHttpServer((_, response) => response.end('there'));
    await using first = await startHttpServer((request, response) =>
      response.writeHead(302, { location: request.url?.slice(1) }).end(),
    );
    await using socks = await startSocksServer();
    await using transport = createTransport({
      proxy: { url: `socks5h://127.0.0.1:${socks.port}`, noProxy: [`127.0.0.1:${target.port}`] },
      redirect: { maxRedirects: 1 },
    });
    const go = (host: string, to: string) =>
      transport.send({ url: `http://${host}:${first.port}/http://${to}:${target.port}/` });
    expect(await textOf((await go('api.example.com', 'other.example.com')).body)).toBe('there');
    expect(await textOf((await go('127.0.0.1', '127.0.0.1')).body)).toBe('there');
    const connections = target.connectionCount;
    for (const to of ['127.0.0.1', 'localhost']) {
      expect(await failureOf(go('api.example.com', to))).toMatchObject({ code: 'EGRESS_REFUSED' });
    }
    expect(target.connectionCount).toBe(connections);
  });
});

describe('how far inside a server is', () => {
  it.each([
    [PUBLIC, 'a.test', 0],
    ['2606:4700::1111', 'a.test', 0],
    [PRIVATE, 'a.test', 1],
    ['::ffff:192.168.0.1', 'a.test', 1],
    ['169.254.1.1', 'a.test', 1],
    ['127.0.0.1', 'a.test', 2],
    ['::1', 'a.test', 2],
    ['0.0.0.0', 'a.test', 2],
    ['169.254.169.254', 'a.test', 2],
    [undefined, 'a.test', 0],
    [undefined, '10.0.0.1', 1],
    [undefined, '[::1]', 2],
    [undefined, 'app.localhost', 2],
    [undefined, 'metadata.google.internal', 2],
    [undefined, 'localhost.a.test', 0],
  ])('at %s under the name %s is %i', (address, host, depth) => {
    expect(depthOf(address, host)).toBe(depth);
  });

  it('decides which addresses a redirect may lead to', () => {
    const policy = createEgressPolicy({ allowLinkLocalAndMetadata: true });
    const reached = [PUBLIC, PRIVATE, '127.0.0.1', '169.254.169.254'];
    const open = ([0, 1, 2] as const).map(depth =>
      reached.filter(address => policy.forRedirects?.(depth).refusalOf(address, 'a.test') === undefined),
    );
    expect(open).toEqual([[PUBLIC], [PUBLIC, PRIVATE], reached]);
  });

  it('keeps redirects from outside away from UNIX sockets', async () => {
    const policy = createEgressPolicy({ allowUnixSockets: ['/run/a.sock'] });
    policy.assertSocketPath?.('/run/a.sock');
    const error = await failureOf(() => policy.forRedirects?.(0).assertSocketPath?.('/run/a.sock'));
    expect(error.code).toBe('EGRESS_REFUSED');
  });
});
