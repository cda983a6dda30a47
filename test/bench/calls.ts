import { Agent, request } from 'undici';
import { cpuMsSince } from './statistics.ts';

/**
 * Runs in a process of its own: `node calls.ts <port> <entry> <concurrency> <rounds> <calls>`. Prints the CPU per call
 * of each round, in microseconds. A round is: undici, Ferrule, undici again; the two of undici give the A/A ratio.
 */
export interface Round {
  readonly undici: number;
  readonly ferrule: number;
  readonly undiciAgain: number;
}

const [port = '', entry = '', ...counts] = process.argv.slice(2);
const [concurrency = 1, rounds = 1, calls = 1] = counts.map(Number);
const origin = `http://127.0.0.1:${port}`;

const { createEngine } = (await import(entry)) as typeof import('../../src/index.ts');
const engine = createEngine();
const connection = engine.connection({
  name: 'Bench',
  config: {
    baseUrl: `${origin}/api`,
    auth: {
      authType: 'client_credentials',
      tokenUrl: `${origin}/token`,
      clientId: 'bench',
      clientSecret: '<<Client Secret>>',
    },
  },
  secrets: { 'Client Secret': 'bench-secret' },
  operations: [
    {
      name: 'Users',
      config: {
        method: 'GET',
        path: '/teams/<<Team>>/users',
        params: { q: '<<Query>>', limit: '{{Limit [1-100]}}' },
        headers: { 'X-Request-Id': '<<Request Id>>' },
      },
      outputs: {
        Total: { value: 'body.total' },
        Owner: { value: 'body.owner.name' },
        First: { value: "body['users'][0].email" },
        Next: { value: "body.next ?? ''" },
        Names: { value: "body.users.map(user => user.name).join(', ')" },
      },
    },
  ],
});
const agent = new Agent({ connections: 128 });

async function callFerrule(nth: number): Promise<void> {
  await connection.execute('Users', { Team: 'a b', Query: 'jo', Limit: 10, 'Request Id': `r${nth}` });
}

/** The same request, written out by hand, without outputs and report. */
async function callUndici(nth: number): Promise<void> {
  const url = `${origin}/api/teams/${encodeURIComponent('a b')}/users?q=${encodeURIComponent('jo')}&limit=10`;
  const headers = {
    accept: 'application/json, */*;q=0.8',
    'user-agent': 'bench',
    'x-request-id': `r${nth}`,
    authorization: 'Bearer bench-token',
    'accept-encoding': 'gzip, deflate, br, zstd',
  };
  const { body } = await request(url, { headers, dispatcher: agent });
  await body.json();
}

/** CPU microseconds per call of `calls` calls, `concurrency` at a time. */
async function measure(call: (nth: number) => Promise<void>): Promise<number> {
  let next = 0;
  const worker = async () => {
    while (next < calls) await call(next++);
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (cpuMsSince(before) * 1000) / calls;
}

// Two rounds to warm up: the compiler of V8, the sockets, the token.
for (let nth = 0; nth < 2; nth++) {
  await measure(callUndici);
  await measure(callFerrule);
}
const measured: Round[] = [];
for (let nth = 0; nth < rounds; nth++) {
  const undici = await measure(callUndici);
  const ferrule = await measure(callFerrule);
  measured.push({ undici, ferrule, undiciAgain: await measure(callUndici) });
}
process.stdout.write(JSON.stringify(measured));
await agent.close();
await engine.close();
