import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDataFolder } from '../../src/server/data-folder.ts';
import { failureOf } from '../support/failure-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrule-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the folder of the data', () => {
  it('is made with those above it, for its owner alone, and taken when it is there', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await makeDataFolder(path);
    await makeDataFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    const link = join(folder, 'link');
    symlinkSync(path, link);
    await makeDataFolder(join(link, 'd'));
    expect(statSync(join(path, 'd')).isDirectory()).toBe(true);
  });

  it('is refused in words where a file is', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    for (const place of [path, join(path, 'below')]) {
      const failure = await failureOf(makeDataFolder(place));
      expect(failure.code).toBe('SETTINGS_INVALID');
      expect(failure.message).toContain('(ENOTDIR)');
      expect(failure.pointer).toBe('/FERRULE_DATA');
    }
  });

  it('is refused in words behind a link that leads nowhere', async () => {
    const link = join(folder, 'nowhere');
    symlinkSync(join(folder, 'not', 'there'), link);
    expect((await failureOf(makeDataFolder(link))).message).toContain('(ENOENT)');
    mkdirSync(join(folder, 'not', 'there'), { recursive: true });
    await makeDataFolder(link);
  });

  // Linux says that nothing is there, and goes on saying so.
  it.runIf(process.platform === 'linux')('is refused in words where nothing can be made', async () => {
    const failure = await failureOf(makeDataFolder('/proc/ferrule/data'));
    expect(failure.code).toBe('SETTINGS_INVALID');
    expect(failure.message).toContain('(ENOENT)');
  });
});
