import { Buffer } from 'node:buffer';
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { LruMap } from '../../base/lru-map.ts';
import { SecretValue } from '../../base/secret-value.ts';
import type { KeyProvider, WrappedKey } from '../ports/key-provider.ts';
import { decrypt, encrypt } from './aes.ts';
import { decodeEnvelope, encodeEnvelope } from './envelope.ts';

/** A sealed text as columns of a table: the id stands beside it, so that rotation finds what is under older keys. */
export interface Sealed {
  readonly sealed: Uint8Array;
  readonly keyId: string;
}

/**
 * Encrypts texts under a data key of their own, wrapped by the key-encryption key. A text is bound to its place, the
 * table, record and field it belongs to: moved to another, it does not open.
 */
export interface Sealer {
  sealSecret(place: string, secret: SecretValue): Promise<Sealed>;
  openSecret(place: string, sealed: Uint8Array): Promise<SecretValue>;
  sealText(place: string, text: string): Promise<Sealed>;
  openText(place: string, sealed: Uint8Array): Promise<string>;
  /** The same content under the current key. Neither place nor content is looked at. */
  rewrap(sealed: Uint8Array): Promise<Sealed>;
}

/** Data keys kept unwrapped, so that a provider in the network is not asked for every read. */
const REMEMBERED_KEYS = 10_000;
const DATA_KEY_BYTES = 32;

export function createSealer(keys: KeyProvider): Sealer {
  const unwrapped = new LruMap<string, KeyObject>(REMEMBERED_KEYS);

  const unwrap = async (wrapped: WrappedKey): Promise<KeyObject> => {
    const name = Buffer.from(wrapped.wrapped).toString('base64');
    const known = unwrapped.get(name);
    if (known !== undefined) return known;
    const key = await keys.unwrap(wrapped);
    unwrapped.set(name, key);
    return key;
  };
  const seal = async (place: string, text: string): Promise<Sealed> => {
    const key = createSecretKey(randomBytes(DATA_KEY_BYTES));
    const dataKey = await keys.wrap(key);
    const content = encrypt(key, place, Buffer.from(text, 'utf8'));
    return { sealed: encodeEnvelope({ dataKey, content }), keyId: dataKey.keyId };
  };
  const open = async (place: string, sealed: Uint8Array): Promise<string> => {
    const { dataKey, content } = decodeEnvelope(sealed);
    return decrypt(await unwrap(dataKey), place, content).toString('utf8');
  };

  return {
    sealSecret: (place, secret) => seal(place, secret.reveal()),
    openSecret: async (place, sealed) => new SecretValue(await open(place, sealed)),
    sealText: seal,
    openText: open,
    async rewrap(sealed) {
      const { dataKey, content } = decodeEnvelope(sealed);
      const rewrapped = await keys.wrap(await unwrap(dataKey));
      return { sealed: encodeEnvelope({ dataKey: rewrapped, content }), keyId: rewrapped.keyId };
    },
  };
}
