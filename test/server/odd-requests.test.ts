import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './server-world.ts';

let world: World;
let key: string;

beforeAll(async () => {
  world = await startWorld();
  key = await world.keyFor('manage');
});

afterAll(() => world.close());

/** The first line of what the server answers to bytes. */
function send(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(world.server.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1').on('data', chunk => {
      answer += chunk;
      if (!answer.includes('\r\n')) return;
      socket.destroy();
      resolve(answer.split('\r\n')[0] ?? '');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

const head = (line: string, more = '') =>
  `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n${more}\r\n`;

describe('odd requests', () => {
  it.each([
    ['a path that is not well encoded', 'GET /api/connections/%E0%A4%A', 404],
    ['a path of another kind', 'GET /api/connections/..%2f..%2fetc%2fpasswd', 404],
    ['a slash too many', 'GET //api/connections', 404],
    ['an id of capitals', 'GET /api/connections/ABCDEF00-0000-4000-8000-000000000000', 404],
    ['a method nobody has', 'OPTIONS /api/connections', 405],
    ['HEAD', 'HEAD /api/version', 200],
    ['a number that is none', 'GET /api/events?limit=1e9', 400],
    ['a negative number', 'GET /api/events?before=-1', 400],
  ])('have a defined answer: %s', async (_case, line, status) => {
    expect(await send(head(line))).toContain(` ${status} `);
  });

  it.each([
    ['/api/execute', {}],
    ['/api/execute', { connectionId: 7 }],
    ['/api/execute', { connectionId: '00000000-0000-4000-8000-000000000000', operationId: 'x' }],
    ['/api/execute', { connectionId: '00000000-0000-4000-8000-000000000000', parameters: [] }],
    ['/api/inspect', { operation: [] }],
    ['/api/inspect', {}],
    ['/api/transform', { raw: 7 }],
    ['/api/transform', { raw: { statusCode: 'x' } }],
    ['/api/transform', { outputs: { a: 7 } }],
    ['/api/transform', { outputs: {}, raw: { statusCode: 1.5 } }],
    ['/api/operations-search', { ids: 'x' }],
    ['/api/import/connections', []],
    ['/api/import/connections', { id: 'x', name: 'a', config: {} }],
    ['/api/connections', { __proto__: { name: 'x' }, constructor: 1 }],
  ])('are refused as what they are: %s %j', async (path, body) => {
    const answer = await world.ask('POST', path, body);
    expect([answer.status, typeof answer.body.error, typeof answer.body.errorKey]).toEqual([
      400,
      'string',
      'string',
    ]);
  });

  it('lose no operations: a connection that is created with some is refused, and told where they go', async () => {
    const connection = {
      name: 'P',
      type: 'http',
      config: { configType: 'http', baseUrl: 'https://a.example.com' },
      operations: [{ name: 'Get', config: { method: 'GET', path: '/' } }],
    };
    const { status, body } = await world.ask('POST', '/api/connections', connection);
    expect([status, body.error]).toEqual([400, expect.stringContaining('/operations')]);
    expect((await world.ask('POST', '/api/import/connections', connection)).status).toBe(200);
    expect((await world.ask('POST', '/api/connections', { ...connection, operations: [] })).status).toBe(200);
  });

  it('test no connection with settings that are none', async () => {
    const { body } = await world.ask('GET', '/api/connections');
    const answer = await world.ask('POST', `/api/connections/${body[0].id}/test`, ['x']);
    expect([answer.status, answer.body.errorKey]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('cannot reach what every object has', async () => {
    const text =
      '{"name":"P","type":"http","config":{"configType":"http","baseUrl":"https://a.example.com"},"secrets":{"__proto__":"canary-proto","constructor":"canary-constructor"}}';
    const { status, body } = await world.ask('POST', '/api/connections', text);
    expect(status).toBe(200);
    expect(Object.getOwnPropertyNames(body.secrets).sort()).toEqual(['__proto__', 'constructor']);
    expect(JSON.stringify(body)).not.toContain('canary');
    expect({}.constructor).toBe(Object);
  });

  it('leave no failure in the log that is the server’s own', () => {
    expect(world.log.filter(({ event }) => event === 'failure')).toEqual([]);
  });
});
