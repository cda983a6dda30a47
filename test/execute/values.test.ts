import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/execute/engine.ts';
import { type EchoServer, type Received, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const PASSWORD = `p+/=&%~"'<>|ä || $${'{x}'} <<y>> {{z}}`;

let server: EchoServer;
let engine: Engine;

beforeAll(async () => {
  server = await startEchoServer();
  engine = createEngine({ clock: createFakeClock(Date.UTC(2030, 0, 2)) });
});
afterAll(async () => {
  await engine.close();
  await server.close();
});

interface Written {
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly raw?: unknown;
}

function connect(values: Readonly<Record<string, string>>, { raw = '', path = '/', ...request }: Written) {
  return engine.connection({
    name: 'Values',
    config: { baseUrl: server.origin, values },
    secrets: { Password: PASSWORD, Key: 'k3y-k3y' },
    operations: [
      { name: 'Call', config: { method: 'POST', path, body: { bodyType: 'raw', raw }, ...request } },
    ],
  });
}

async function send(
  values: Readonly<Record<string, string>>,
  request: Written,
  parameters = {},
): Promise<Received> {
  await connect(values, request).execute('Call', parameters);
  const sent = server.received.at(-1);
  if (sent === undefined) throw new TypeError('nothing was sent');
  return sent;
}

describe('a computed value', () => {
  it('stands in every template slot, escaped for its place', async () => {
    const sent = await send(
      { Mark: "parameters.Name + ' & /?\"'" },
      {
        path: '/a/<<Mark>>',
        params: { q: '{{Mark}}' },
        headers: { 'X-Mark': '<<Mark>>' },
        raw: { deep: ['<<Mark>>'] },
      },
      { Name: 'é' },
    );
    expect(sent.url).toBe('/a/%C3%A9%20%26%20%2F%3F%22?q=%C3%A9%20%26%20%2F%3F%22');
    expect(Buffer.from(String(sent.headers['x-mark']), 'latin1').toString()).toBe('é & /?"');
    expect(sent.body).toBe('{"deep":["é & /?\\""]}');
  });

  it('keeps its type where JSON has one', async () => {
    const values = { At: "now('seconds')", List: '[1, true, null]' };
    const sent = await send(values, { raw: '{"at": <<At>>, "list": <<List>>}' });
    expect(sent.body).toBe('{"at": 1893542400, "list": [1,true,null]}');
  });

  it('composes credentials of any number of parts, whatever the parts hold', async () => {
    const values = {
      Realm: "'r'",
      Basic: "base64(parameters.User + ':' + secrets.Password + ':' + values.Realm)",
    };
    const sent = await send(values, { headers: { Authorization: 'Basic <<Basic>>' } }, { User: 'u' });
    const credential = String(sent.headers.authorization).slice('Basic '.length);
    expect(Buffer.from(credential, 'base64').toString()).toBe(`u:${PASSWORD}:r`);
  });

  it('is the same in all places of one request, and another one in the next', async () => {
    const connection = connect({ Id: 'uuid()' }, { headers: { 'X-Id': '<<Id>>' }, raw: '<<Id>>' });
    await connection.execute('Call');
    await connection.execute('Call');
    const [first, second] = server.received.slice(-2);
    expect(first?.body).toBe(first?.headers['x-id']);
    expect(second?.body).not.toBe(first?.body);
  });

  it('asks for the parameters it is made of, and is left out when nothing comes out', async () => {
    const values = { Greeting: "parameters['Name*'] + '!'", Optional: 'parameters.Nick' };
    const request = { headers: { 'X-Hi': '<<Greeting>>', 'X-Nick': '<<Optional>>' } };
    const { properties, required } = connect(values, request).inputs('Call');
    expect([Object.keys(properties), required]).toEqual([['Name', 'Nick'], ['Name']]);
    const sent = await send(values, request, { Name: 'Ann' });
    expect(sent.headers['x-hi']).toBe('Ann!');
    expect(sent.rawHeaders).not.toContain('X-Nick');
  });

  it('that no path can do without is missed by name', async () => {
    const failure = await failureOf(send({ Id: 'parameters.Id' }, { path: '/a/<<Id>>' }));
    expect(failure).toMatchObject({ code: 'KEPT_VALUE_MISSING', pointer: '/operations/0/config/path' });
    expect(failure.message).toContain('"Id"');
  });

  it('made of a secret is masked wherever it is shown', async () => {
    const values = { Signature: "hmac('sha256', secrets.Key, 'x')" };
    const connection = connect(values, {
      params: { sig: '<<Signature>>' },
      headers: { 'X-Sig': '<<Signature>>' },
    });
    const dryRun = await connection.dryRun('Call');
    const report = await connection.execute('Call', {}, { debug: true });
    const signature = String(server.received.at(-1)?.headers['x-sig']);
    expect(signature).toMatch(/^[\da-f]{64}$/);
    expect(JSON.stringify([dryRun, report])).not.toContain(signature);
    expect(dryRun.url).toBe(`${server.origin}/?sig=[secret]`);
  });

  it('that fails names its place and shows nothing', async () => {
    const failure = await failureOf(send({ X: 'jwtSign({}, secrets.Key, "RS256")' }, { raw: '<<X>>' }));
    expect(failure).toMatchObject({ code: 'EXPRESSION_FAILED', pointer: '/config/values/X' });
    expect(JSON.stringify(failure)).not.toContain('k3y');
  });
});

describe('the values of a definition', () => {
  it.each([
    [{ A: 'secrets.Pasword' }, 'EXPRESSION_NOT_ALLOWED', 'Password'],
    [{ A: 'values.B', B: '1' }, 'EXPRESSION_NOT_ALLOWED', undefined],
    [{ A: 'values.A' }, 'EXPRESSION_NOT_ALLOWED', undefined],
    [{ A: 'sha25(secrets.Key)' }, 'EXPRESSION_NOT_ALLOWED', 'sha256'],
    [{ A: '1 +' }, 'EXPRESSION_SYNTAX', undefined],
  ])('are judged with the definition: %j', async (values, code, suggestion) => {
    const failure = await failureOf(() => connect(values, {}));
    expect(failure.issues).toMatchObject([{ code, pointer: '/config/values/A' }]);
    expect(failure.issues[0]?.suggestion).toBe(suggestion);
  });

  it('may not have the name of a secret', async () => {
    const failure = await failureOf(() => connect({ Key: '1' }, {}));
    expect(failure.issues).toMatchObject([{ code: 'DEFINITION_WRONG_VALUE', pointer: '/config/values/Key' }]);
  });

  it('cost nothing to operations that use none of them', async () => {
    await expect(send({ Broken: 'parameters.None.deeper' }, {})).resolves.toMatchObject({ url: '/' });
  });
});
