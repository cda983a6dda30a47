import { Buffer } from 'node:buffer';
import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { SecretValue } from '../../base/secret-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { KeyProvider, WrappedKey } from '../ports/key-provider.ts';
import { decrypt, encrypt } from './aes.ts';

/** A key-encryption key with the id it has in the database. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * A provider of keys that are written down as text: the current one first, older ones behind it, separated by commas,
 * spaces or line ends. A key is 32 bytes in base64, base64url or hexadecimal digits; lines of `#` are comments.
 * Throws ENCRYPTION_KEY_MISSING when there is none and ENCRYPTION_KEY_INVALID for anything else.
 */
export function createKeyring(text: string | SecretValue): KeyProvider {
  const keys = parseKeys(text);
  return provideKeys(async () => keys);
}

/** The keys of a text, the current one first. */
export function parseKeys(text: string | SecretValue | undefined): readonly EncryptionKey[] {
  // Without types, a variable of the environment that is not set arrives here as undefined.
  const given = text instanceof SecretValue ? text.reveal() : String(text ?? '');
  const clear = given.replaceAll(/^\s*#.*$/gm, '');
  const words = clear.split(/[\s,]+/).filter(word => word !== '');
  if (words.length === 0) {
    throw new FerruleError('ENCRYPTION_KEY_MISSING', 'No encryption key was given', {
      expected: '32 bytes in base64',
      found: 'nothing',
      hint: 'Give 32 random bytes in base64, for example from `openssl rand -base64 32`.',
    });
  }
  return words.map(parseKey);
}

/** Wraps and unwraps by keys that `read` gives; `reread` is asked once when one is not among them. */
export function provideKeys(
  read: () => Promise<readonly EncryptionKey[]>,
  reread: () => Promise<readonly EncryptionKey[]> = read,
): KeyProvider {
  const current = async (): Promise<EncryptionKey> => {
    const [first] = await read();
    if (first === undefined) throw missing('none');
    return first;
  };
  const find = async (keyId: string): Promise<KeyObject | undefined> => {
    const known = (await read()).find(({ id }) => id === keyId);
    return (known ?? (await reread()).find(({ id }) => id === keyId))?.key;
  };
  return {
    currentKeyId: async () => (await current()).id,
    async wrap(dataKey) {
      const { id, key } = await current();
      return { keyId: id, wrapped: encrypt(key, toBinding(id), dataKey.export()) };
    },
    async unwrap({ keyId, wrapped }: WrappedKey) {
      const key = await find(keyId);
      if (key === undefined) throw missing(keyId);
      return createSecretKey(decrypt(key, toBinding(keyId), wrapped));
    },
    has: async keyId => (await find(keyId)) !== undefined,
  };
}

/** The first bytes of a digest: they say which key it is and nothing about it. */
function parseKey(word: string, index: number): EncryptionKey {
  const bytes = /^[0-9a-f]{64}$/i.test(word) ? Buffer.from(word, 'hex') : fromBase64(word);
  if (bytes?.length !== 32) {
    throw new FerruleError('ENCRYPTION_KEY_INVALID', `Encryption key ${index + 1} cannot be used`, {
      expected: '32 bytes in base64 or hexadecimal digits',
      found: bytes === undefined ? 'other characters' : `${bytes.length} bytes`,
    });
  }
  const id = createHash('sha256').update('ferrule key id').update(bytes).digest('hex').slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

function fromBase64(word: string): Buffer | undefined {
  return /^[\w+/-]+={0,2}$/.test(word) ? Buffer.from(word, 'base64') : undefined;
}

function toBinding(keyId: string): string {
  return `data key under ${keyId}`;
}

function missing(keyId: string): FerruleError {
  return new FerruleError('ENCRYPTION_KEY_MISSING', 'A record is encrypted under a key that was not given', {
    expected: `the key ${keyId}`,
    details: { keyId },
  });
}
