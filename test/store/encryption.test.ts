import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSealer } from '../../src/store/encryption/sealer.ts';
import { createKeyring, openKeyFile, openSqliteStore, SecretValue } from '../../src/store.ts';
import { failureOf } from '../support/failure-of.ts';
import { makeFolder, newKey } from './stores.ts';

let files: ReturnType<typeof makeFolder>;

beforeEach(() => {
  files = makeFolder();
});

afterEach(() => {
  files.remove();
});

describe('a sealed text', () => {
  const sealer = createSealer(createKeyring(newKey()));

  it('opens at its own place, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (text, place) => {
        const { sealed } = await sealer.sealText(place, text);
        expect(await sealer.openText(place, sealed)).toBe(text.toWellFormed());
      }),
      { numRuns: 100 },
    );
  });

  it('does not open at another record or field', async () => {
    const { sealed } = await sealer.sealSecret('connection_secrets/1/a', new SecretValue('hidden'));
    for (const place of ['connection_secrets/1/b', 'connection_secrets/2/a', 'tokens/1/a', '']) {
      expect((await failureOf(sealer.openSecret(place, sealed))).code).toBe('ENCRYPTION_FAILED');
    }
  });

  it('does not open when any bit of it was changed', async () => {
    const { sealed } = await sealer.sealText('place', 'hidden text');
    const other = createSealer(createKeyring(newKey()));
    for (let index = 0; index < sealed.length; index += 1) {
      const damaged = Uint8Array.from(sealed);
      damaged[index] = (damaged[index] ?? 0) ^ (1 << (index % 8));
      const failure = await failureOf(sealer.openText('place', damaged));
      expect(['ENCRYPTION_FAILED', 'ENCRYPTION_KEY_MISSING']).toContain(failure.code);
      expect(inspect(failure)).not.toContain('hidden text');
    }
    for (let length = 0; length < sealed.length; length += 1) {
      const failure = await failureOf(sealer.openText('place', sealed.subarray(0, length)));
      expect(['ENCRYPTION_FAILED', 'ENCRYPTION_KEY_MISSING']).toContain(failure.code);
    }
    expect((await failureOf(other.openText('place', sealed))).code).toBe('ENCRYPTION_KEY_MISSING');
  });

  it('looks different every time', async () => {
    const [one, two] = await Promise.all([
      sealer.sealText('place', 'same'),
      sealer.sealText('place', 'same'),
    ]);
    expect(Buffer.from(one.sealed).equals(Buffer.from(two.sealed))).toBe(false);
  });
});

describe('a keyring', () => {
  it('takes keys in base64, base64url and hexadecimal digits, with comments', async () => {
    const bytes = randomBytes(32);
    const texts = [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')];
    const ids = texts.map(text => createKeyring(`# a comment\n${text}\n`).currentKeyId());
    expect(new Set(await Promise.all(ids)).size).toBe(1);
    const ring = createKeyring(new SecretValue(`${newKey()} , ${texts[0]}`));
    expect(await ring.has((await ids[0]) ?? '')).toBe(true);
    expect(await ring.currentKeyId()).not.toBe(await ids[0]);
  });

  it('says that no key was given, and what is wrong with one, without showing it', async () => {
    expect((await failureOf(() => createKeyring(' \n# none\n'))).code).toBe('ENCRYPTION_KEY_MISSING');
    const wrong = ['short', 'a'.repeat(63), randomBytes(31).toString('base64'), 'ümlaut'];
    for (const text of wrong) {
      const failure = await failureOf(() => createKeyring(`${newKey()},${text}`));
      expect(failure.code).toBe('ENCRYPTION_KEY_INVALID');
      expect(failure.message).toContain('key 2');
      expect(inspect(failure)).not.toContain(text);
    }
  });
});

describe('a key file', () => {
  it('is made once, for its owner alone', async () => {
    const path = join(files.folder, 'key');
    expect((await failureOf(openKeyFile(path))).code).toBe('ENCRYPTION_KEY_MISSING');
    const opened = await Promise.all([1, 2, 3].map(() => openKeyFile(path, { create: true })));
    const ids = await Promise.all(opened.map(file => file.currentKeyId()));
    expect(new Set(ids).size).toBe(1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o644);
    const failure = await failureOf(openKeyFile(path));
    expect([failure.code, failure.found]).toEqual(['ENCRYPTION_KEY_INVALID', 'mode 644']);
  });

  it('keeps every key that is added, also by several at once', async () => {
    const path = join(files.folder, 'key');
    const file = await openKeyFile(path, { create: true });
    const first = await file.currentKeyId();
    const others = await Promise.all([1, 2, 3].map(() => openKeyFile(path)));
    await Promise.all(others.map(other => other.addKey()));
    const keys = readFileSync(path, 'utf8')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'));
    expect(keys.length).toBe(4);
    const ids = await Promise.all(keys.map(key => createKeyring(key).currentKeyId()));
    expect(ids.at(-1)).toBe(first);
    // One that knew the file before finds the new keys when it meets one.
    for (const id of ids) expect(await file.has(id)).toBe(true);
    expect(await file.has('unknown')).toBe(false);
  });

  it('takes away what a process left behind that died while it added a key', async () => {
    const path = join(files.folder, 'key');
    const file = await openKeyFile(path, { create: true });
    writeFileSync(`${path}.next`, 'half');
    utimesSync(`${path}.next`, 1_000, 1_000);
    const before = await file.currentKeyId();
    const added = await file.addKey();
    expect(added).not.toBe(before);
    expect(await file.currentKeyId()).toBe(added);
    expect(await file.has(before)).toBe(true);
  });
});

describe('opening a store', () => {
  it('tells a key it never knew from one that was replaced and one that is still needed', async () => {
    const path = join(files.folder, 'store.db');
    const [old, current, stranger] = [newKey(), newKey(), newKey()];
    const idOf = (key: string) => createKeyring(key).currentKeyId();
    const open = (keys: string) => openSqliteStore({ path, keys: createKeyring(keys) });
    const tryToOpen = async (keys: string) => failureOf(open(keys));

    const first = await open(old);
    await first.connections.create({ name: 'a', definition: 'text' });
    await first.close();
    const wrong = await tryToOpen(stranger);
    expect([wrong.code, wrong.details]).toEqual([
      'ENCRYPTION_KEY_WRONG',
      { needed: await idOf(old), given: await idOf(stranger) },
    ]);

    const both = await open(`${current},${old}`);
    expect((await tryToOpen(current)).code).toBe('ENCRYPTION_KEY_MISSING');
    expect((await both.rotateEncryptionKey()).rotated).toBe(2);
    await both.close();

    const retired = await tryToOpen(old);
    expect([retired.code, retired.details['needed']]).toEqual([
      'ENCRYPTION_KEY_RETIRED',
      await idOf(current),
    ]);
    expect(retired.retryable).toBe(false);
    for (const failure of [wrong, retired]) {
      for (const key of [old, current, stranger]) expect(inspect(failure)).not.toContain(key);
    }
    const last = await open(current);
    expect((await last.connections.list())[0]?.definition).toBe('text');
    await last.close();
  });
});
