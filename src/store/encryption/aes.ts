import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { FerruleError } from '../../errors/ferrule-error.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Nonce, ciphertext and tag of AES-256-GCM (NIST SP 800-38D); `bound` must be the same when decrypting. */
export function encrypt(key: KeyObject, bound: string, clear: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

/** Throws ENCRYPTION_FAILED when key, binding or bytes are not those of `encrypt`. */
export function decrypt(key: KeyObject, bound: string, sealed: Uint8Array): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw doesNotFit(bound, 'too few bytes');
  const end = sealed.length - TAG_BYTES;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(bound, 'utf8'));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
  } catch (cause) {
    throw doesNotFit(bound, 'bytes that do not belong together', cause);
  }
}

function doesNotFit(bound: string, found: string, cause?: unknown): FerruleError {
  return new FerruleError('ENCRYPTION_FAILED', `The record "${bound}" cannot be decrypted`, {
    expected: 'what was encrypted for this record',
    found,
    cause,
  });
}
