import http from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGotTransport, type GotTransportOptions } from '../../src/got.ts';
import { createEngine, type Engine, FerruleError } from '../../src/index.ts';
import { createTransport } from '../../src/transport.ts';
import { startHttpServer } from '../support/loopback-server.ts';
import { textOf } from '../support/send-context.ts';
import { startTokenServer } from '../support/token-server.ts';

/** Without agents of the host program, and with them. */
const kinds: Readonly<Record<string, () => GotTransportOptions>> = {
  'sockets of its own': () => ({}),
  'an agent': () => ({ agent: { http: new http.Agent({ keepAlive: true }) } }),
};

function open(create: () => GotTransportOptions): Engine {
  const options = create();
  const transport = createGotTransport(options);
  const engine = createEngine({ transport });
  onTestFinished(async () => {
    await engine.close();
    await transport.close();
    options.agent?.http?.destroy();
  });
  return engine;
}

describe.each(Object.entries(kinds))('an engine that sends over got with %s', (_kind, create) => {
  test('fetches a token, sends it, and leaves it behind when a redirect goes elsewhere', async () => {
    await using other = await startHttpServer((request, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(request.headers)),
    );
    await using login = await startTokenServer();
    await using api = await startHttpServer((_request, response) =>
      response.writeHead(302, { location: `${other.origin}/there` }).end(),
    );
    const connection = open(create).connection({
      name: 'Acme',
      config: {
        baseUrl: api.origin,
        auth: {
          authType: 'client_credentials',
          tokenUrl: `${login.origin}/token`,
          clientId: 'robot',
          clientSecret: '<<Secret>>',
          clientAuth: 'basic_auth',
        },
      },
      secrets: { Secret: 's3cret-password' },
      operations: [
        {
          name: 'Read',
          config: { method: 'GET', path: '/', followRedirect: true },
          outputs: {
            Authorization: { value: 'body.authorization ?? "none"' },
            Accept: { value: 'body["accept-encoding"]' },
          },
        },
      ],
    });
    const report = await connection.execute('Read');
    expect(report.outputs).toEqual({ Authorization: 'none', Accept: 'gzip, deflate, br, zstd' });
    expect(report.redirects).toMatchObject([{ statusCode: 302, credentialsDropped: true }]);
    expect(login.tokenRequests).toHaveLength(1);
  });

  test('retries what failed for now', async () => {
    let nth = 0;
    await using api = await startHttpServer((_request, response) => {
      nth += 1;
      if (nth === 1) response.socket?.destroy();
      else response.writeHead(nth === 2 ? 503 : 200).end('{}');
    });
    const connection = open(create).connection({
      name: 'Acme',
      config: { baseUrl: api.origin, retry: { baseDelayMs: 1 } },
      operations: [{ name: 'Read', config: { method: 'GET', path: '/' } }],
    });
    const { statusCode, attempts } = await connection.execute('Read');
    expect([statusCode, attempts.length, nth]).toEqual([200, 3, 3]);
  });

  test('hands out the events of a stream as they come, and closes it when the loop is left', async () => {
    await using api = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: one\n\ndata: two\n\n');
    });
    const connection = open(create).connection({
      name: 'Acme',
      config: { baseUrl: api.origin },
      operations: [{ name: 'Watch', config: { method: 'GET', path: '/', streamResponse: true } }],
    });
    const seen: unknown[] = [];
    for await (const event of connection.stream('Watch')) {
      seen.push(event.data);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['one', 'two']);
    await api.whenOpen(0);
  });

  test('tests a connection stage by stage', async () => {
    await using api = await startHttpServer((_request, response) => response.end('{}'));
    const connection = open(create).connection({
      name: 'Acme',
      config: { baseUrl: api.origin.replace('127.0.0.1', 'localhost') },
      operations: [{ name: 'Read', config: { method: 'GET', path: '/' } }],
    });
    const { ok, stages } = await connection.test();
    expect([ok, stages.map(({ name }) => name)]).toEqual([true, expect.arrayContaining(['dns', 'connect'])]);
  });

  test('ends at the deadline, and when the caller aborts', async () => {
    await using api = await startHttpServer(() => undefined);
    const connection = open(create).connection({
      name: 'Acme',
      config: { baseUrl: api.origin },
      operations: [{ name: 'Read', config: { method: 'GET', path: '/' } }],
    });
    const codeOf = (error: unknown) => (error instanceof FerruleError ? error.code : error);
    expect(await connection.execute('Read', {}, { timeoutMs: 50 }).catch(codeOf)).toBe('DEADLINE_EXCEEDED');
    await api.whenOpen(0);
    const caller = new AbortController();
    const outcome = connection.execute('Read', {}, { signal: caller.signal }).catch(codeOf);
    await api.whenAccepted(2);
    caller.abort();
    expect(await outcome).toBe('ABORTED');
    await api.whenOpen(0);
  });
});

test('the transport without definitions sends over got as well, and leaves it open', async () => {
  await using other = await startHttpServer((request, response) =>
    response.end(`${request.headers['x-key']}`),
  );
  await using server = await startHttpServer((_request, response) =>
    response.writeHead(307, { location: other.origin }).end(),
  );
  const adapter = createGotTransport();
  onTestFinished(() => adapter.close());
  const transport = createTransport({ adapter, redirect: { maxRedirects: 1 } });
  const send = async () => {
    const { body } = await transport.send({ url: server.origin, headers: [['X-Key', 'tk_5f2c81']] });
    return textOf(body);
  };
  expect(await send()).toBe('undefined');
  await transport.close();
  expect(other.openSockets).toBe(1);
});
