import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_ID } from '../../src/server.ts';
import { root } from '../package/packed-package.ts';
import { startTcpServer } from '../support/loopback-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrule-start-'));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// `exec node FILE serve`: npm tells its shell to stop, and the shell must be the server by then.
const [, , ...startArguments]: readonly string[] = scripts.start.split(' ');

interface Started {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly origin: string;
  /** Everything on standard error, when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly log: string }>;
}

/** What `npm start` runs, until the process says where it listens (and, on a first start, which key it has). */
async function start(
  lineCount: number,
  env: Readonly<Record<string, string>> = {},
  args = startArguments,
): Promise<Started> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', FERRULE_DATA: join(folder, 'data'), ...env },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    log += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, log }));
  const lines: string[] = [];
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += chunk;
    lines.splice(0, lines.length, ...text.split('\n').slice(0, -1));
    if (lines.length >= lineCount) break;
  }
  return { child, lines, origin: lines[0] ?? '', ended };
}

let first: Started;
let key: string;

beforeAll(async () => {
  first = await start(2);
  key = first.lines[1]?.replace('admin key: ', '') ?? '';
});

afterAll(async () => {
  first.child.kill('SIGKILL');
  await first.ended;
  rmSync(folder, { recursive: true, force: true });
});

const ask = (origin: string, path: string, body?: unknown, credential = key) =>
  fetch(origin + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function runSample(origin: string) {
  const list: { name: string; id: string }[] = (await (
    await ask(origin, `/api/connections/${SAMPLE_ID}/operations`)
  ).json()) as never;
  const operationId = list.find(({ name }) => name === 'Get book')?.id;
  const answer = await ask(origin, '/api/execute', {
    connectionId: SAMPLE_ID,
    operationId,
    parameters: { 'Book Id': 2 },
  });
  return answer.json();
}

describe('the server as a process', () => {
  it('says where it listens and, on its first start, the key of its administrator, each on a line', () => {
    expect(first.lines).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^admin key: ferrule_[\w-]{43}$/),
    ]);
  });

  it('has a sample connection that works without a network', async () => {
    expect(await runSample(first.origin)).toEqual({
      Title: 'Middlemarch',
      Author: 'George Eliot',
      Year: 1871,
    });
  });

  it('may reach this machine, and no private network', async () => {
    const test = async (baseUrl: string) => {
      const config = { configType: 'http', baseUrl, timeouts: { connectMs: 500 } };
      return JSON.stringify(
        await (await ask(first.origin, '/api/test', { name: 'T', type: 'http', config })).json(),
      );
    };
    expect(await test('http://127.0.0.1:1')).toContain('CONNECT_REFUSED');
    for (const address of ['10.0.0.1', '192.168.1.1', '169.254.169.254', '[fd00::1]', '[::ffff:10.0.0.1]']) {
      expect(await test(`http://${address}`)).toContain('EGRESS_REFUSED');
    }
  });

  it('keeps its data for its owner alone', () => {
    const modes = ['data', 'data/ferrule.db', 'data/encryption.key'].map(
      name => statSync(join(folder, name)).mode & 0o077,
    );
    expect(modes).toEqual([0, 0, 0]);
  });

  it('stops when npm, which started it, is told to', async () => {
    const npm = spawn('npm', ['start'], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', PORT: '0', FERRULE_DATA: join(folder, 'by-npm'), HOME: folder },
    });
    let log = '';
    npm.stderr.setEncoding('utf8').on('data', text => {
      log += text;
    });
    const closed = once(npm, 'close');
    for await (const text of npm.stdout.setEncoding('utf8')) if (String(text).includes('admin key')) break;
    npm.kill('SIGTERM');
    // Its output ends when the server, and not npm alone, has ended.
    await closed;
    expect(log).toContain('"event":"stopped"');
  });

  it('is not stopped by a second one on its port, which says why it cannot start', async () => {
    const port = new URL(first.origin).port;
    const second = await start(1, { PORT: port, FERRULE_DATA: join(folder, 'other') });
    const { code, log } = await second.ended;
    expect([code, second.lines]).toEqual([1, []]);
    expect(log).toContain('PORT_UNAVAILABLE');
    expect(log).not.toMatch(/^ +at /m);
  });

  it('refuses settings it does not know before it does anything', async () => {
    const typo = await start(1, {
      FERRULE_DATBASE_URL: 'postgres://u:canary@h/d',
      FERRULE_DATA: join(folder, 'typo'),
    });
    const { code, log } = await typo.ended;
    expect([code, log.includes('FERRULE_DATBASE_URL'), log.includes('canary')]).toEqual([1, true, false]);
    expect(() => statSync(join(folder, 'typo'))).toThrow('ENOENT');
  });

  it('makes itself a new encryption key when keys are rotated, and keeps working', async () => {
    const keysOf = () => {
      const lines = readFileSync(join(folder, 'data/encryption.key'), 'utf8').split('\n');
      return lines.filter(line => line !== '' && !line.startsWith('#'));
    };
    const [before] = keysOf();
    const report = (await (await ask(first.origin, '/api/rotate-encryption-key', {})).json()) as {
      rotated: number;
    };
    expect(report.rotated).toBeGreaterThan(0);
    expect(keysOf()).toEqual([expect.not.stringMatching(before ?? ''), before]);
    expect(await runSample(first.origin)).toMatchObject({ Title: 'Middlemarch' });
  });

  it('gives and takes keys by command while it runs', async () => {
    const created = await start(1, {}, [
      'src/cli/ferrule.ts',
      'keys',
      'create',
      '--name',
      'reader',
      '--scope',
      'read',
    ]);
    const { log: note } = await created.ended;
    const reader = created.lines[0] ?? '';
    expect((await ask(first.origin, '/api/connections', undefined, reader)).status).toBe(200);
    expect((await ask(first.origin, '/api/connections', {}, reader)).status).toBe(403);
    const listed = await start(2, {}, ['src/cli/ferrule.ts', 'keys', 'list']);
    await listed.ended;
    expect(listed.lines.join('\n')).toMatch(/reader/);
    expect(listed.lines.join('\n')).not.toContain(reader);
    const id = /its id is ([\w-]+)/i.exec(note)?.[1] ?? '';
    const revoked = await start(1, {}, ['src/cli/ferrule.ts', 'keys', 'revoke', id]);
    expect((await revoked.ended).code).toBe(0);
    await expect
      .poll(async () => (await ask(first.origin, '/api/connections', undefined, reader)).status)
      .toBe(401);
  });

  it('finishes what runs on SIGTERM, takes nothing new, and ends in order', async () => {
    let answer: () => void = () => undefined;
    const slow = await startTcpServer(socket => {
      answer = () =>
        socket.end(
          'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlate',
        );
    });
    const config = { configType: 'http', baseUrl: slow.origin };
    const { id } = (await (
      await ask(first.origin, '/api/connections', { name: 'Slow', type: 'http', config })
    ).json()) as { id: string };
    const operation = {
      config: { configType: 'http', method: 'GET', path: '/' },
      outputs: { Body: { value: 'body' } },
    };
    const running = ask(first.origin, '/api/execute', { connectionId: id, operation });
    await slow.whenAccepted(1);
    first.child.kill('SIGTERM');
    await expect
      .poll(() =>
        ask(first.origin, '/api/version').then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('closed');
    answer();
    expect(await (await running).json()).toEqual({ Body: 'late' });
    const { code, log } = await first.ended;
    expect([code, log.includes('"event":"stopped"')]).toEqual([0, true]);
    expect(log).not.toContain(key);
    await slow.close();
  });

  it('starts again with everything it had, says no key, and the sample still works', async () => {
    first = await start(1);
    const again = first;
    expect(again.lines).toHaveLength(1);
    expect(await runSample(again.origin)).toMatchObject({ Title: 'Middlemarch' });
    const names = ((await (await ask(again.origin, '/api/connections')).json()) as { name: string }[]).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['Sample library', 'Slow']);
  });
});
