import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { trustChapter } from './chapters-of-the-wire.ts';
import { refusalChapter } from './chapters-without-network.ts';
import type { DemoServers } from './demo-servers.ts';
import { failureOfConnecting } from './failure-of-connecting.ts';
import { runDemo } from './run-demo.ts';
import { type DemoStep, judgeOutcome, type Outcome } from './step.ts';

const cli = fileURLToPath(new URL('../../src/cli/ferrule.ts', import.meta.url));

const step: DemoStep = {
  title: 'A step',
  args: ['run'],
  expected: {
    exitCode: 0,
    results: ['"Name"'],
    notes: ['200'],
    wrongRequests: requests => (requests.length === 0 ? undefined : 'expected nothing to be sent'),
  },
};
const right: Outcome = {
  exitCode: 0,
  results: '{ "Name": 1 }',
  notes: '200 GET',
  requests: [],
  durationMs: 1,
};
const request = { method: 'GET', url: '/', headers: [], header: {}, body: Buffer.alloc(0) };

describe('the demo’s judgement of a step', () => {
  it('finds nothing wrong with what was expected', () => {
    expect(judgeOutcome(step, right, ['hunter22'])).toEqual([]);
  });

  it.each<[string, Partial<Outcome>, string]>([
    ['another exit code', { exitCode: 1 }, 'expected exit code 0, found 1'],
    ['a command that was ended', { exitCode: null }, 'expected exit code 0, found none (it was ended)'],
    ['results that lack something', { results: '{}' }, 'expected "\\"Name\\"" in the results'],
    ['notes that lack something', { notes: '' }, 'expected "200" in the notes'],
    ['requests that should not be', { requests: [request] }, 'expected nothing to be sent'],
    ['a secret on stdout', { results: '"Name" hunter22' }, 'a secret was printed'],
    ['a secret on stderr', { notes: '200 hunter22' }, 'a secret was printed'],
  ])('finds %s', (_, change, problem) => {
    expect(judgeOutcome(step, { ...right, ...change }, ['hunter22'])).toEqual([problem]);
  });
});

describe('the demo', () => {
  const run = async (chapters: Parameters<typeof runDemo>[0]['chapters']) => {
    let servers: DemoServers | undefined;
    let text = '';
    const result = await runDemo({
      cli,
      write: written => {
        text += written;
      },
      chapters: given => {
        servers = given;
        return chapters?.(given) ?? [];
      },
    });
    return { ...result, text, ports: [servers?.api.port, servers?.oauth.port, servers?.storage.port] };
  };

  it('passes steps that are right, shows them, and closes its servers', async () => {
    const { passed, failed, text, ports } = await run(() => [refusalChapter(), trustChapter()]);
    expect([passed, failed], text).toEqual([8, 0]);
    expect(text).toContain('✓ A required parameter is missing');
    expect(text).toContain('$ ferrule run service-portal.json "Retrieve User"');
    expect(text).toContain('All 8 steps are right');
    expect(text).not.toContain('✗');
    for (const port of ports) expect(await failureOfConnecting(port)).toBe('ECONNREFUSED');
  });

  it('fails when a step comes out otherwise than expected, says how, and still closes its servers', async () => {
    const { passed, failed, text, ports } = await run(() => [
      {
        title: 'Wrong on purpose',
        text: '',
        steps: [
          {
            title: 'Wrong code',
            args: ['run', 'status-page.json', 'Current Status'],
            expected: { exitCode: 5 },
          },
          {
            title: 'Wrong text',
            args: ['run', 'status-page.json', 'Current Status'],
            expected: { exitCode: 0, results: ['All down'] },
          },
        ],
      },
    ]);
    expect([passed, failed]).toEqual([0, 2]);
    expect(text).toContain('✗ expected exit code 5, found 0');
    expect(text).toContain('✗ expected "All down" in the results');
    expect(text).toContain('2 of 2 steps are wrong');
    for (const port of ports) expect(await failureOfConnecting(port)).toBe('ECONNREFUSED');
  });
});
