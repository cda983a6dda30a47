import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientProps } from '../../src/spectral/clients/http/client-types.ts';
import {
  buildRawRequestAction,
  createClient,
  type HttpClient,
  handleErrors,
} from '../../src/spectral/clients/http/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';

const token = 'tok_9f86d081884c7d65';

let server: RecordingServer;
let stranger: RecordingServer;
let clients: HttpClient[];

beforeEach(async () => {
  server = await startRecordingServer();
  stranger = await startRecordingServer();
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map(client => client.close()));
  await server.close();
  await stranger.close();
});

function open(props: ClientProps = {}): HttpClient {
  const client = createClient({ baseUrl: `${server.origin}/v1`, headers: { 'X-Api-Key': token }, ...props });
  clients.push(client);
  return client;
}

describe('a client with a base URL', () => {
  it.each([
    (origin: string) => `${origin}/x`,
    (origin: string) => `${origin.replace('http', 'HTTP')}/x`,
    (origin: string) => `${origin.replace('http:', '')}/x`,
  ])('refuses another origin, which would get its credentials: spelling %#', async spell => {
    const work = open().get(spell(stranger.origin));
    expect(await failureOf(work)).toMatchObject({ code: 'ORIGIN_REFUSED', found: stranger.origin });
    expect(stranger.requests).toEqual([]);
  });

  it.each(['@evil.example/x', '\\\\evil.example/x', '/\\evil.example/x', '../../x', '?x=//evil.example'])(
    'stays at its host whatever a path is: %s',
    async path => {
      await open().get(path);
      expect(server.last.header['host']).toBe(new URL(server.origin).host);
    },
  );

  it('refuses another origin that an interceptor asks for', async () => {
    const client = open();
    client.interceptors.request.use(config => ({ ...config, url: `${stranger.origin}/x` }));
    expect(await failureOf(client.get('x'))).toMatchObject({ code: 'ORIGIN_REFUSED' });
  });

  it('goes to other origins when it is told that it may', async () => {
    await open({ allowOtherOrigins: true }).get(`${stranger.origin}/x`);
    await open().get(`${stranger.origin}/y`, { allowOtherOrigins: true });
    expect(stranger.requests.map(({ url }) => url)).toEqual(['/x', '/y']);
  });

  it('leaves its credentials behind when a redirect leads to another origin', async () => {
    server.answerWith({ status: 302, headers: { location: `${stranger.origin}/x` } });
    await open().get('x');
    expect(stranger.last.url).toBe('/x');
    expect(stranger.last.header['x-api-key']).toBeUndefined();
  });

  it('sends user info of the base as a header, where nothing logs it', async () => {
    await open({ baseUrl: server.origin.replace('//', '//user:p%40ss@') }).get('x');
    expect(server.last.header['authorization']).toBe(`Basic ${btoa('user:p@ss')}`);
  });
});

describe('an answer that is no success', () => {
  it('is an error with the answer, as code of axios expects it', async () => {
    server.answerWith({ status: 422, headers: { 'x-request-id': 'r1' }, body: { error: 'bad' } });
    const error = await failureOf(open().get('x'));
    expect(error).toMatchObject({
      code: 'STATUS_UNEXPECTED',
      details: { statusCode: 422 },
      retryable: false,
    });
    expect(error.message).toContain('Request failed with status code 422');
    expect(error).toHaveProperty('isAxiosError', true);
    expect(error).toHaveProperty('response.status', 422);
    expect(error).toHaveProperty('response.data', { error: 'bad' });
    expect(error).toHaveProperty('response.headers.x-request-id', 'r1');
    expect(error).toHaveProperty('status', 422);
  });

  it('shows no credential, wherever it ends up', async () => {
    server.answerWith({ status: 401, body: { token } });
    const client = open({
      params: { api_key: 'key_5c1f' },
      headers: { Authorization: `Bearer ${token}`, 'X-Other': token },
    });
    const error = await failureOf(client.post('x', { password: token }));
    const { config, response } = error as unknown as { config: object; response: { config: object } };
    const shown = [
      inspect(error, { depth: 10 }),
      JSON.stringify(error),
      String(error),
      JSON.stringify([config, response.config]),
    ];
    for (const text of shown) {
      expect(text).not.toContain(token);
      expect(text).not.toContain('key_5c1f');
    }
    expect(config).toMatchObject({ method: 'post', url: `${server.origin}/v1/x?api_key=[secret]` });
  });

  it('becomes what handleErrors makes of it, without the request', async () => {
    server.answerWith({ status: 404, body: { error: 'none' } });
    const error = await failureOf(open().get('x'));
    expect(handleErrors(error)).toMatchObject({
      message: expect.stringContaining('404'),
      data: { error: 'none' },
      status: 404,
      headers: { 'content-type': 'application/json' },
    });
    const refused = await failureOf(open({ baseUrl: 'http://127.0.0.1:1' }).get('x'));
    expect(handleErrors(refused)).toEqual({
      message: refused.message,
      data: undefined,
      status: undefined,
      headers: undefined,
    });
    const other = new TypeError('other');
    expect(handleErrors(other)).toBe(other);
  });
});

describe('the limits of a client', () => {
  it('are a deadline for each request', async () => {
    server.answerWith(() => new Promise(() => undefined));
    expect(await failureOf(open({ timeout: 30 }).get('x'))).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(await failureOf(open().get('x', { timeout: 30 }))).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('are the signal of the caller', async () => {
    server.answerWith(() => new Promise(() => undefined));
    const error = await failureOf(open().get('x', { signal: AbortSignal.timeout(20) }));
    expect(error.code).toBe('ABORTED');
  });

  it('are the size of an answer', async () => {
    server.answerWith({ body: 'x'.repeat(2000) });
    expect(await failureOf(open().get('x', { maxContentLength: 1000 }))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(await failureOf(open({ limits: { maxResponseBytes: 1000 } }).get('x'))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect((await open().get('x', { maxContentLength: -1 })).data).toHaveLength(2000);
  });

  it('are the addresses that may be reached: never those of metadata services', async () => {
    const error = await failureOf(open({ baseUrl: 'http://169.254.169.254' }).get('/latest/meta-data'));
    expect(error.code).toBe('EGRESS_REFUSED');
  });

  it('are options that it does not have, refused by name', async () => {
    const error = await failureOf(open().get('x', { httpsAgent: { rejectUnauthorized: false } } as object));
    expect(error).toMatchObject({ code: 'OPTIONS_INVALID', hint: 'Use tls of createClient.' });
    await open().get('x', { proxy: false } as object);
  });
});

describe('what else a client does', () => {
  it('gives a body as a stream', async () => {
    server.answerWith({ body: 'piece by piece' });
    const { data } = await open().get('x', { responseType: 'stream' });
    const pieces: Buffer[] = [];
    for await (const piece of data) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe('piece by piece');
  });

  it('tells a log what it sends, credentials masked', async () => {
    const lines: string[] = [];
    await open({ debug: true, log: line => lines.push(line) }).get('x', {
      params: { api_key: token, page: 2 },
    });
    expect(lines[0]).toContain(`get ${server.origin}/v1/x?api_key=[secret]&page=[secret]`);
    expect(lines[1]).toMatch(/ 200 in \d+ ms$/);
    expect(lines.join()).not.toContain(token);
  });

  it('lets an interceptor take an error and give an answer in its place', async () => {
    server.answerWith({ status: 404, body: {} });
    const client = open();
    const id = client.interceptors.response.use(null, error => ({
      ...error.response,
      data: 'nothing there',
    }));
    expect((await client.get('x')).data).toBe('nothing there');
    client.interceptors.response.eject(id);
    expect(await failureOf(client.get('x'))).toMatchObject({ code: 'STATUS_UNEXPECTED' });
  });

  it('sends raw requests of a component as the connection authenticates', async () => {
    const { perform } = buildRawRequestAction(server.origin);
    const values = { url: '/x', method: 'GET' };
    const authorizationFor = async (connection: object) => {
      await perform({} as never, { ...values, connection } as never);
      return server.last.header['authorization'];
    };
    const basic = { username: 'u', password: 'p' };
    const access = { token: { access_token: 't' } };
    expect(await authorizationFor({ ...access, fields: { apiKey: 'k' } })).toBe('Bearer t');
    expect(await authorizationFor({ fields: { apiKey: 'k', ...basic } })).toBe('Bearer k');
    expect(await authorizationFor({ fields: basic })).toBe('Basic dTpw');
    expect(await failureOf(authorizationFor({ fields: { api_key: 'k' } }))).toMatchObject({
      code: 'CREDENTIAL_INVALID',
      found: 'api_key',
    });
  });
});
