import { Buffer } from 'node:buffer';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { WrappedKey } from '../ports/key-provider.ts';

/** A sealed text: its data key, wrapped, and what the data key encrypted. */
export interface Envelope {
  readonly dataKey: WrappedKey;
  /** Nonce, ciphertext and tag of AES-256-GCM. */
  readonly content: Uint8Array;
}

const FORMAT = 1;

/**
 * One byte of format, then the id of the key (length in one byte), the wrapped data key (length in two bytes) and the
 * content.
 */
export function encodeEnvelope({ dataKey: { keyId, wrapped }, content }: Envelope): Uint8Array {
  const id = Buffer.from(keyId, 'utf8');
  const lengths = Buffer.alloc(2);
  lengths.writeUInt16BE(wrapped.length);
  return Buffer.concat([Buffer.from([FORMAT, id.length]), id, lengths, wrapped, content]);
}

/** Throws ENCRYPTION_FAILED for bytes that are no envelope of a known format. */
export function decodeEnvelope(sealed: Uint8Array): Envelope {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes[0] !== FORMAT) throw notAnEnvelope(`format ${bytes[0] ?? 'nothing'}`);
  const idEnd = 2 + (bytes[1] ?? 0);
  if (bytes.length < idEnd + 2) throw notAnEnvelope('too few bytes');
  const wrappedEnd = idEnd + 2 + bytes.readUInt16BE(idEnd);
  if (bytes.length < wrappedEnd) throw notAnEnvelope('too few bytes');
  return {
    dataKey: {
      keyId: bytes.toString('utf8', 2, idEnd),
      wrapped: bytes.subarray(idEnd + 2, wrappedEnd),
    },
    content: bytes.subarray(wrappedEnd),
  };
}

function notAnEnvelope(found: string): FerruleError {
  return new FerruleError('ENCRYPTION_FAILED', 'The record is not one that Ferrule encrypted', {
    expected: `an envelope of format ${FORMAT}`,
    found,
  });
}
