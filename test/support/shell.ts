import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';

/** The words that a real shell makes of a command line; a word may hold line breaks. */
export function wordsOf(
  command: string,
  env: Readonly<Record<string, string>> = {},
  shell = 'sh',
): readonly string[] {
  const script = `show() { for word; do printf '%s\\0' "$word"; done; }; show ${command}`;
  const { stdout, status } = spawnSync(shell, ['-c', script], {
    encoding: 'utf8',
    env: { ...env, LC_ALL: 'C' },
  });
  expect(status).toBe(0);
  return stdout.split('\0').slice(0, -1);
}
