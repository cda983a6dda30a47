import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine, FerruleError } from '../../src/index.ts';
import {
  closedEgress,
  createEgressPolicy,
  type EgressOptions,
} from '../../src/transport/egress/egress-policy.ts';
import type { UndiciTransportOptions } from '../../src/transport/wire/undici-transport.ts';
import { type LoopbackServer, startHttpServer } from '../support/loopback-server.ts';
import { adapters } from './adapters.ts';
import { formsOf } from './address-forms.ts';

const codeOf = (outcome: unknown) => (outcome instanceof FerruleError ? outcome.code : 'answered');

/** What the policy says of the host of a URL, as the transport asks it. */
function verdict(options: EgressOptions, host: string): string {
  const url = `http://${host}/`;
  if (!URL.canParse(url)) return 'URL_INVALID';
  try {
    createEgressPolicy(options).assertHost(new URL(url).hostname);
    return 'allowed';
  } catch (error) {
    return codeOf(error);
  }
}

const inBlock = (first: string, mask: number) =>
  fc.nat(2 ** (32 - mask) - 1).map(offset => {
    const [a = 0, b = 0, c = 0, d = 0] = first.split('.').map(Number);
    const whole = ((a * 256 + b) * 256 + c) * 256 + d + offset;
    return [whole >>> 24, (whole >>> 16) & 255, (whole >>> 8) & 255, whole & 255].join('.');
  });

const forbidden = fc.oneof(
  inBlock('10.0.0.0', 8),
  inBlock('127.0.0.0', 8),
  inBlock('169.254.0.0', 16),
  inBlock('172.16.0.0', 12),
  inBlock('192.168.0.0', 16),
  inBlock('100.64.0.0', 10),
  fc.constantFrom('169.254.169.254', '168.63.129.16', '100.100.100.200', '0.0.0.0', '255.255.255.255'),
);
const open = fc.oneof(
  inBlock('1.1.1.0', 24),
  inBlock('8.8.0.0', 16),
  inBlock('52.0.0.0', 10),
  inBlock('172.32.0.0', 11),
  inBlock('193.0.0.0', 8),
  fc.constantFrom(
    '9.255.255.255',
    '11.0.0.0',
    '126.255.255.255',
    '128.0.0.1',
    '169.253.0.1',
    '192.167.255.255',
  ),
);

describe('an address is judged for what it is', () => {
  it('in each of its forms, when it is forbidden', () => {
    fc.assert(
      fc.property(forbidden, address => {
        const letThrough = formsOf(address).filter(form => verdict(closedEgress, form) === 'allowed');
        expect([address, letThrough]).toEqual([address, []]);
      }),
      { numRuns: 300, seed: 17 },
    );
  });

  it('in each of its forms, when it is public', () => {
    fc.assert(
      fc.property(open, address => {
        const refused = formsOf(address).filter(form => verdict(closedEgress, form) === 'EGRESS_REFUSED');
        expect([address, refused]).toEqual([address, []]);
      }),
      { numRuns: 300, seed: 18 },
    );
  });

  it.each([
    '[fe80::1%25eth0]',
    '[::1]',
    '[::]',
    '[fc00::1]',
    '[fdff:ffff::1]',
    '[ff02::1]',
    '[fec0::1]',
    '[::ffff:7f00:1]',
  ])('also where IPv6 alone can write it: %s', host => {
    expect(verdict(closedEgress, host)).toMatch(/^(?:EGRESS_REFUSED|URL_INVALID)$/);
  });

  it.each(['[2001:4860:4860::8888]', '[2606:4700:4700::1111]', '[2a00:1450:4001:81b::200e]', 'example.com'])(
    'and not refused by mistake: %s',
    host => {
      expect(verdict(closedEgress, host)).toBe('allowed');
    },
  );
});

describe.each(adapters)('over %s, the address that is connected to', (_adapter, create) => {
  /** Two servers on one port; the policy allows the first one's address only. */
  async function startPair(status = 200): Promise<readonly [LoopbackServer, LoopbackServer]> {
    const answer = (_: unknown, response: import('node:http').ServerResponse) =>
      response.writeHead(status, { connection: 'close', location: '/again' }).end('{}');
    const good = await startHttpServer(answer, undefined, '127.0.0.2');
    return [good, await startHttpServer(answer, undefined, '127.0.0.3', good.port)];
  }
  const egress: EgressOptions = { ...closedEgress, allowHosts: ['127.0.0.2'] };

  /** A resolver that gives the permitted address first and another one each time after. */
  function rebinding(): UndiciTransportOptions {
    let asked = 0;
    return {
      lookup: (_, done) => {
        asked += 1;
        const address = asked === 1 ? '127.0.0.2' : '127.0.0.3';
        setImmediate(() => done(null, [{ address, family: 4 }]));
      },
    };
  }

  it.each([
    ['with every call', 200, false],
    ['with every redirect', 302, true],
  ])(
    'is judged anew %s, so that a name that changes its mind reaches nothing',
    async (_, status, followRedirect) => {
      const [good, bad] = await startPair(status);
      const transport = create(rebinding());
      await using engine = createEngine({ transport, egress });
      const connection = engine.connection({
        name: 'Acme',
        config: { baseUrl: `http://rebind.test:${good.port}` },
        operations: [{ name: 'Go', config: { method: 'GET', path: '/', followRedirect } }],
      });
      const outcomes: string[] = [];
      for (let count = 0; count < 3; count += 1) {
        outcomes.push(codeOf(await connection.execute('Go').catch((error: unknown) => error)));
      }
      expect(outcomes.slice(1)).toEqual(['EGRESS_REFUSED', 'EGRESS_REFUSED']);
      expect([good.connectionCount, bad.connectionCount]).toEqual([1, 0]);
      await transport.close();
      await Promise.all([good.close(), bad.close()]);
    },
  );

  it('is judged for a token request as for any other', async () => {
    const [good, bad] = await startPair();
    const transport = create({
      lookup: (host, done) =>
        setImmediate(() =>
          done(null, [{ address: host === 'api.test' ? '127.0.0.2' : '127.0.0.3', family: 4 }]),
        ),
    });
    await using engine = createEngine({ transport, egress });
    const connection = engine.connection({
      name: 'Acme',
      config: {
        baseUrl: `http://api.test:${good.port}`,
        auth: {
          authType: 'client_credentials',
          tokenUrl: `http://login.test:${bad.port}/token`,
          clientId: 'me',
          clientSecret: 'secret',
        },
      },
      operations: [{ name: 'Go', config: { method: 'GET', path: '/' } }],
    });
    const outcome = await connection.execute('Go').catch((error: unknown) => error);
    expect(codeOf(outcome)).not.toBe('answered');
    expect(JSON.stringify(outcome) + String((outcome as Error).cause)).toContain('EGRESS_REFUSED');
    expect([good.connectionCount, bad.connectionCount]).toEqual([0, 0]);
    await transport.close();
    await Promise.all([good.close(), bad.close()]);
  });

  it('is never one that another policy opened a socket to', async () => {
    await using server = await startHttpServer((_, response) => response.end('{}'));
    const transport = create();
    await using permissive = createEngine({ transport });
    await using strict = createEngine({ transport, egress: closedEgress });
    const definition = {
      name: 'Acme',
      config: { baseUrl: server.origin },
      operations: [{ name: 'Go', config: { method: 'GET', path: '/' } }],
    } as const;
    expect((await permissive.connection(definition).execute('Go')).statusCode).toBe(200);
    expect(server.openSockets).toBe(1);
    const outcome = await strict
      .connection(definition)
      .execute('Go')
      .catch((error: unknown) => error);
    expect([codeOf(outcome), server.connectionCount]).toEqual(['EGRESS_REFUSED', 1]);
    await transport.close();
  });

  it('is not even looked up for a name outside a list of names', async () => {
    const asked: string[] = [];
    const transport = create({ lookup: host => void asked.push(host) });
    await using engine = createEngine({ transport, egress: { onlyHosts: ['*.acme.test'] } });
    const connection = engine.connection({
      name: 'Acme',
      config: { baseUrl: 'http://c2VjcmV0.thief.test' },
      operations: [{ name: 'Go', config: { method: 'GET', path: '/' } }],
    });
    expect(codeOf(await connection.execute('Go').catch((error: unknown) => error))).toBe('EGRESS_REFUSED');
    expect(asked).toEqual([]);
    await transport.close();
  });
});
