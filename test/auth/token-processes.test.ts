import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { describeTokenStore } from '../../src/testing/index.ts';
import { sendJson } from '../support/echo-server.ts';
import { createFileTokenStore } from '../support/file-token-store.ts';
import { startTokenServer, tokenConnection } from '../support/token-server.ts';

const script = new URL('../support/token-process.ts', import.meta.url).pathname;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ferrule-tokens-'));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function startProcess(...parameters: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [script, ...parameters], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  return {
    go: () => child.stdin?.write('go\n'),
    result: async () => (await lines.next()).value,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describeTokenStore('A file that processes share', { describe, it }, async () => {
  const directory = await temporaryDirectory();
  const skew = { ms: 0 };
  return {
    store: createFileTokenStore(directory, skew),
    other: createFileTokenStore(directory, skew),
    now: () => Date.now() + skew.ms,
    pass: milliseconds => {
      skew.ms += milliseconds;
    },
  };
});

describe('processes on one store', () => {
  it('ask for a token once between them', async () => {
    const directory = await temporaryDirectory();
    const server = await startTokenServer();
    cleanups.push(() => server.close());
    const processes = await Promise.all([1, 2, 3].map(() => startProcess(directory, server.origin, '200')));
    for (const each of processes) each.go();
    expect(await Promise.all(processes.map(each => each.result()))).toEqual(['200', '200', '200']);
    expect(server.tokenRequests.length).toBe(1);
    expect(server.apiRequests.length).toBe(600);
  }, 60_000);

  it('do not wait for one that died while it asked, longer than its lease', async () => {
    const directory = await temporaryDirectory();
    const server = await startTokenServer({
      token: (_request, response, nth) =>
        nth === 1 || sendJson(response, { access_token: 'from the survivor', expires_in: 3600 }),
    });
    cleanups.push(() => server.close());
    const dying = await startProcess(directory, server.origin, '1');
    dying.go();
    await vi.waitUntil(() => server.tokenRequests.length === 1, { timeout: 10_000 });
    await dying.kill();
    const skew = { ms: 0 };
    const engine = createEngine({ tokenStore: createFileTokenStore(directory, skew) });
    cleanups.push(() => engine.close());
    const report = engine.connection(tokenConnection(server.origin)).execute('Read');
    skew.ms = 31_000;
    expect((await report).ok).toBe(true);
    expect(server.tokenRequests.length).toBe(2);
    expect(server.apiRequests[0]?.headers.authorization).toBe('Bearer from the survivor');
  }, 60_000);
});
