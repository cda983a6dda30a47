import type { Engine, EngineOptions, TokenEvent } from '../../src/index.ts';
import { sendJson } from '../support/echo-server.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  startTokenServer,
  type TokenServer,
  type TokenServerRules,
  tokenConnection,
} from '../support/token-server.ts';

/** The package that is shown: the built one in the demo, the sources in its test. */
type Ferrule = Pick<typeof import('../../src/index.ts'), 'createEngine' | 'createMemoryTokenStore'>;

export interface TokenLifeOptions {
  readonly ferrule: Ferrule;
  readonly write: (text: string) => void;
}

/** Something that was promised, with what was seen, and whether it held. */
type Fact = readonly [seen: string, holds: boolean];

interface Scene {
  readonly title: string;
  play(stage: Stage): Promise<readonly Fact[]>;
}

/** A clock that the scene moves, servers and engines that are closed after it, and every event of the engines. */
interface Stage {
  readonly clock: ReturnType<typeof createFakeClock>;
  readonly events: readonly TokenEvent[];
  readonly ferrule: Ferrule;
  start(rules?: TokenServerRules): Promise<TokenServer>;
  engine(options?: EngineOptions): Engine;
}

/**
 * Plays the life of tokens against a real server, in one process, on a clock that is moved by hand: an hour passes
 * in a moment. Says of each promise whether it held.
 */
export async function playTokenLife({ ferrule, write }: TokenLifeOptions) {
  const result = { passed: 0, failed: 0 };
  for (const { title, play } of scenes) {
    const startedAtMs = performance.now();
    const facts = await onStage(ferrule, play);
    const holds = facts.every(([, each]) => each);
    result[holds ? 'passed' : 'failed'] += 1;
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(2);
    write(`\n   ${holds ? '✓' : '✗'} ${title}  (${seconds} s)\n`);
    for (const [seen, each] of facts) write(`     ${each ? ' ' : '✗'} ${seen}\n`);
  }
  return result;
}

async function onStage(ferrule: Ferrule, play: Scene['play']): Promise<readonly Fact[]> {
  const opened: { close(): Promise<void> }[] = [];
  const clock = createFakeClock();
  const events: TokenEvent[] = [];
  try {
    return await play({
      clock,
      events,
      ferrule,
      async start(rules) {
        const server = await startTokenServer(rules);
        opened.push(server);
        return server;
      },
      engine(options = {}) {
        const engine = ferrule.createEngine({ clock, onEvent: event => events.push(event), ...options });
        opened.unshift(engine);
        return engine;
      },
    });
  } finally {
    for (const each of opened) await each.close();
  }
}

const HOUR = 3_600_000;

const scenes: readonly Scene[] = [
  {
    title: 'Ten thousand calls find no token: it is asked for once',
    async play({ start, engine }) {
      const server = await start();
      const connection = engine().connection(tokenConnection(server.origin));
      const reports = await Promise.all(Array.from({ length: 10_000 }, () => connection.execute('Read')));
      return [
        [`${reports.filter(({ ok }) => ok).length} calls succeeded`, reports.every(({ ok }) => ok)],
        ...requestsOf(server, 1),
      ];
    },
  },
  {
    title: 'The token endpoint is down for the last minute of a token: no call notices',
    async play({ start, engine, clock }) {
      let down = false;
      const askedAtMs: number[] = [];
      const server = await start({
        token(_request, response) {
          askedAtMs.push(clock.now());
          return down && sendJson(response, {}, 503);
        },
      });
      const connection = engine().connection(tokenConnection(server.origin));
      await connection.execute('Read');
      down = true;
      clock.advance(HOUR - 60_000);
      let failed = 0;
      for (let second = 0; second < 60; second += 1) {
        if (!(await connection.execute('Read')).ok) failed += 1;
        clock.advance(1000);
      }
      const pauses = askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0));
      const shortest = Math.min(...pauses.slice(1));
      return [
        [`${failed} of 60 calls failed`, failed === 0],
        [`attempts at least ${(shortest / 1000).toFixed(1)} s apart`, shortest >= 3_000],
      ];
    },
  },
  {
    title: 'A token is revoked under five hundred running calls: one new token, each call sent at most twice',
    async play({ start, engine }) {
      const server = await start({ accepts: authorization => authorization !== 'Bearer token-1' });
      const connection = engine().connection(tokenConnection(server.origin));
      const reports = await Promise.all(Array.from({ length: 500 }, () => connection.execute('Write')));
      const most = Math.max(...reports.map(({ attempts }) => attempts.length));
      return [
        [`${reports.filter(({ ok }) => ok).length} calls succeeded`, reports.every(({ ok }) => ok)],
        [`at most ${most} sends of a call`, most === 2],
        ...requestsOf(server, 2),
      ];
    },
  },
  {
    title: 'Two engines share a store: one asks, the other finds the token there',
    async play({ start, engine, events, ferrule }) {
      const server = await start();
      const tokenStore = ferrule.createMemoryTokenStore();
      const engines = [engine({ tokenStore }), engine({ tokenStore })];
      const calls = engines.map(each => each.connection(tokenConnection(server.origin)).execute('Read'));
      const reports = await Promise.all(calls);
      const found = events.some(({ reason }) => reason === 'stored_by_another');
      return [
        [`${reports.filter(({ ok }) => ok).length} of 2 engines got through`, reports.every(({ ok }) => ok)],
        ['one of them took the token of the other', found],
        ...requestsOf(server, 1),
      ];
    },
  },
  {
    title: 'The server says that the password is over: it is not asked again',
    async play({ start, engine, events }) {
      const server = await start({
        token: (_request, response) =>
          sendJson(response, { error: 'invalid_grant', error_description: 'Password is over' }, 400),
      });
      const connection = engine().connection(tokenConnection(server.origin));
      const codes: string[] = [];
      for (let call = 0; call < 3; call += 1) {
        await connection.execute('Read').catch((error: { code: string }) => codes.push(error.code));
      }
      const told = events.some(
        ({ type, reason }) => `${type} ${reason}` === 'token_needs_reauth invalid_grant',
      );
      return [
        [codes.join(', '), codes.join() === 'TOKEN_REFUSED,TOKEN_NEEDS_REAUTH,TOKEN_NEEDS_REAUTH'],
        ['an event tells the host, with the reason invalid_grant', told],
        ...requestsOf(server, 1),
      ];
    },
  },
];

function requestsOf({ tokenRequests }: TokenServer, expected: number): readonly Fact[] {
  const { length } = tokenRequests;
  return [[`${length} token ${length === 1 ? 'request' : 'requests'}`, length === expected]];
}
