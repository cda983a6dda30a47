import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { createEngine, type Engine, type ExecutionReport, type HeaderPair } from '../../src/index.ts';
import { withRedirects } from '../../src/transport/redirects/redirects.ts';
import { createTransport } from '../../src/transport.ts';
import { type CannedAnswer, createCannedTransport } from '../support/canned-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { httpRequest, sendContext } from '../support/send-context.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const session = 'session-8c1f0a37';

/** Leads to itself until its cookie comes back. */
async function startGate(): Promise<RecordingServer> {
  const server = await startRecordingServer();
  open.push(server);
  server.answerWith(({ url, header }) =>
    header['cookie']?.includes(session) === true
      ? { body: { entered: true, id: session } }
      : { status: 302, headers: { location: url, 'set-cookie': `sid=${session}; Path=/; HttpOnly` } },
  );
  return server;
}

function enter(engine: Engine, baseUrl: string, redirect: object, headers: Record<string, string> = {}) {
  const connection = engine.connection({
    name: 'Gate',
    config: { baseUrl, redirect },
    operations: [
      {
        name: 'Enter',
        config: { method: 'GET', path: 'a/b', followRedirect: true, headers },
        outputs: { entered: { value: 'body.entered' } },
      },
    ],
  });
  return connection.execute('Enter', {}, { debug: true, har: true });
}

function engineOf(): Engine {
  const engine = createEngine();
  open.push(engine);
  return engine;
}

describe('cookies that a redirect chain is told to keep', () => {
  it('let a redirect to the same URL succeed, and are masked wherever they are shown', async () => {
    const gate = await startGate();
    const report: ExecutionReport = await enter(engineOf(), gate.origin, { cookies: true });
    expect(report.outputs).toEqual({ entered: true });
    expect(gate.requests.map(({ header }) => header['cookie'])).toEqual([undefined, `sid=${session}`]);
    const { outputs: _, ...shown } = report;
    expect(JSON.stringify(shown)).not.toContain(session);
    expect(JSON.stringify(shown.raw)).toContain('"id":"[secret]"');
  });

  it('are masked when the last answer sets them', async () => {
    const server = await startRecordingServer();
    open.push(server);
    server.answerWith({ headers: { 'set-cookie': `sid=${session}` }, body: { entered: true } });
    const report = await enter(engineOf(), server.origin, { cookies: true });
    expect(report.raw?.headers['set-cookie']).toEqual(['sid=[secret]']);
    expect(JSON.stringify(report)).not.toContain(session);
  });

  it('are forgotten when the chain ends: the next execution begins without them', async () => {
    const gate = await startGate();
    const engine = engineOf();
    await enter(engine, gate.origin, { cookies: true });
    await enter(engine, gate.origin, { cookies: true });
    expect(gate.requests.map(({ header }) => header['cookie'] !== undefined)).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('join the cookies of the request, and replace those of the same name', async () => {
    const gate = await startGate();
    await enter(engineOf(), gate.origin, { cookies: true }, { cookie: 'lang=en; sid=old' });
    expect(gate.last.header['cookie']).toBe(`lang=en; sid=${session}`);
  });

  it('are kept by the transport without a definition too', async () => {
    const gate = await startGate();
    await using transport = createTransport();
    const response = await transport.send({ url: gate.origin, redirect: { maxRedirects: 3, cookies: true } });
    expect(response.statusCode).toBe(200);
    response.body.cancel();
  });
});

describe('cookies that nobody asked for', () => {
  it('are not kept, and the limit of redirects says what would help', async () => {
    const gate = await startGate();
    const failure = await failureOf(enter(engineOf(), gate.origin, { maxRedirects: 4 }));
    expect(failure.code).toBe('REDIRECT_LIMIT');
    expect(failure.hint).toContain('redirect.cookies');
    expect(gate.requests).toHaveLength(5);
    expect(gate.requests.filter(({ header }) => 'cookie' in header)).toEqual([]);
  });

  it('are not what a loop without cookies is blamed on', async () => {
    const server = await startRecordingServer();
    open.push(server);
    server.answerWith({ status: 302, headers: { location: '/a/b' } });
    const failure = await failureOf(enter(engineOf(), server.origin, {}));
    expect(failure.hint).not.toContain('redirect.cookies');
  });
});

interface Step {
  readonly to: string;
  readonly set?: readonly string[];
}

/** The `Cookie` headers of a chain that begins at `from`, one for each request after the first. */
async function follow(from: string, steps: readonly Step[], clock?: Clock): Promise<readonly string[]> {
  let next = 0;
  const { transport, sent } = createCannedTransport((): CannedAnswer => {
    const step = steps[next];
    next += 1;
    if (step === undefined) return {};
    const set = (step.set ?? []).map((line): HeaderPair => ['Set-Cookie', line]);
    return { statusCode: 302, headers: [['Location', step.to], ...set] };
  });
  const context = sendContext({
    maxRedirects: 20,
    keepsCookies: true,
    ...(clock === undefined ? {} : { clock }),
  });
  await withRedirects(transport).send(httpRequest(from), context);
  return sent.slice(1).map(({ headers }) => headers.find(([name]) => name === 'Cookie')?.[1] ?? '');
}

const home = 'https://www.acme.test';

describe('a cookie of a redirect chain', () => {
  it.each([
    ['by default is for the folder of its URL', 'a=1', '/x/y', 'a=1'],
    ['by default is not for other folders', 'a=1', '/z', ''],
    ['goes to its path and below', 'a=1; Path=/z', '/z/y', 'a=1'],
    ['does not go to a path that only begins alike', 'a=1; Path=/z', '/zz', ''],
    ['that is secure goes over TLS', 'a=1; Path=/; Secure', '/', 'a=1'],
    ['with a name and no value is one', 'a=; Path=/', '/', 'a='],
    ['without a name is none', '=1; Path=/', '/', ''],
    ['without an equals sign is none', 'a; Path=/', '/', ''],
    ['that has expired is none', 'a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', '/', ''],
    ['with a Max-Age of zero is none', 'a=1; Path=/; Max-Age=0', '/', ''],
    [
      'goes by Max-Age before Expires',
      'a=1; Path=/; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      '/',
      'a=1',
    ],
    ['may name a domain above its host', 'a=1; Path=/; Domain=.acme.test', '/', 'a=1'],
    ['for another domain is none', 'a=1; Path=/; Domain=other.test', '/', ''],
    ['for a name that only ends alike is none', 'a=1; Path=/; Domain=me.test', '/', ''],
    ['with the prefix __Secure- is secure', '__Secure-a=1; Path=/', '/', ''],
    ['with the prefix __Host- is for the whole host', '__Host-a=1; Secure; Path=/x', '/x', ''],
    ['with the prefix __Host- names no domain', '__Host-a=1; Secure; Path=/; Domain=www.acme.test', '/', ''],
    ['with the prefix __Host-, as it should be', '__Host-a=1; Secure; Path=/', '/', '__Host-a=1'],
    ['with a control character is none', 'a=1\u0001; Path=/', '/', ''],
    ['of more than 4096 bytes is none', `a=${'x'.repeat(4096)}; Path=/`, '/', ''],
  ])('%s', async (_, set, to, expected) => {
    expect(await follow(`${home}/x/start`, [{ to, set: [set] }])).toEqual([expected]);
  });

  it('that is secure is not taken from plain http', async () => {
    expect(await follow('http://www.acme.test/', [{ to: '/', set: ['a=1; Secure'] }])).toEqual(['']);
  });

  it('can be changed and removed, and longer paths come first', async () => {
    const sent = await follow(`${home}/x/y`, [
      { to: '/x/y', set: ['a=1; Path=/', 'b=1; Path=/x'] },
      { to: '/x/y', set: ['a=2; Path=/'] },
      { to: '/x/y', set: ['b=; Path=/x; Max-Age=0'] },
    ]);
    expect(sent).toEqual(['b=1; a=1', 'b=1; a=2', 'a=2']);
  });

  it('ends when its time is over', async () => {
    const clock = createFakeClock();
    const steps: Step[] = [
      { to: '/', set: ['a=1; Max-Age=5', 'b=1'] },
      {
        to: '/',
        get set() {
          clock.advance(6_000);
          return [];
        },
      },
    ];
    expect(await follow(`${home}/`, steps, clock)).toEqual(['a=1; b=1', 'b=1']);
  });

  it('is one of at most 50, of 16 KiB together', async () => {
    const many = Array.from({ length: 60 }, (_, index) => `n${index}=1`);
    const [some = ''] = await follow(`${home}/`, [{ to: '/', set: many }]);
    expect(some.split('; ')).toHaveLength(50);
    const large = Array.from({ length: 10 }, (_, index) => `n${index}=${'x'.repeat(4000)}`);
    const [four = ''] = await follow(`${home}/`, [{ to: '/', set: large }]);
    expect(four.split('; ')).toHaveLength(4);
  });
});

describe('cookies of a redirect chain', () => {
  it('go back to the origin that set them and to no other, whatever their Domain', async () => {
    const origin = fc.constantFrom(
      'https://acme.test',
      'https://www.acme.test',
      'https://a.www.acme.test',
      'https://acme.test:8443',
      'https://other.test',
    );
    const attributes = fc.subarray([
      'Path=/',
      'Domain=acme.test',
      'Domain=.www.acme.test',
      'Secure',
      'Max-Age=60',
    ]);
    const steps = fc.array(fc.tuple(origin, attributes), { minLength: 1, maxLength: 8 });
    let went = 0;
    await fc.assert(
      fc.asyncProperty(origin, steps, async (first, chain) => {
        const origins = [first, ...chain.map(([to]) => to)];
        const sent = await follow(
          `${first}/`,
          chain.map(([to, given], at) => ({
            to: `${to}/`,
            set: [`c${at}=${origins[at]}; ${given.join('; ')}`],
          })),
        );
        for (const [at, cookies] of sent.entries()) {
          for (const pair of cookies.split('; ').filter(each => each !== '')) {
            expect(pair.slice(pair.indexOf('=') + 1)).toBe(origins[at + 1]);
            went += 1;
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(went).toBeGreaterThan(50);
  });
});
