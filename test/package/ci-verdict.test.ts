import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './packed-package.ts';

const directory = mkdtempSync(join(tmpdir(), 'ferrule-verdict-'));
afterAll(() => rmSync(directory, { recursive: true }));

function judge(result: string, failedSteps = '0') {
  const file = join(directory, 'tests.json');
  writeFileSync(file, result);
  const script = join(root, 'test/tools/ci-verdict.ts');
  const { status, stdout } = spawnSync(process.execPath, [script, file, failedSteps], { encoding: 'utf8' });
  return { status, verdict: stdout.trimEnd().split('\n').at(-1) };
}

const result = (passed: number, failed: number, success: boolean) =>
  JSON.stringify({ success, numPassedTests: passed, numFailedTests: failed, numFailedTestSuites: failed });

describe('the verdict of CI', () => {
  it('is good when everything passed', () => {
    expect(judge(result(12, 0, true))).toEqual({ status: 0, verdict: '12 passed, 0 failed' });
  });

  it.each([
    ['a test failed', result(11, 1, false), '0', '11 passed, 1 failed'],
    ['no test ran', result(0, 0, true), '0', '0 passed, 1 failed'],
    ['a suite could not be loaded', result(11, 0, false), '0', '11 passed, 1 failed'],
    ['another step failed', result(12, 0, true), '2', '12 passed, 2 failed'],
    ['the result cannot be read', '{', '0', '0 passed, 1 failed'],
  ])('is bad when %s', (_what, written, failedSteps, verdict) => {
    expect(judge(written, failedSteps)).toEqual({ status: 1, verdict });
  });
});
