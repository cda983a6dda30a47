import { conversionError } from './conversion-error.ts';

/** Bytes, and what they are. */
export interface DataPayload {
  data: Buffer;
  contentType: string;
  suggestedExtension?: string;
}

export function isBufferDataPayload(value: unknown): value is DataPayload {
  return value instanceof Object && 'data' in value && Buffer.isBuffer(value.data);
}

/**
 * Bytes as they are, a text as UTF-8, an object or a list as JSON.
 * @throws FerruleError CONVERSION_FAILED for anything else
 */
export function toBufferDataPayload(value: unknown): DataPayload {
  if (isBufferDataPayload(value)) return value;
  if (typeof value === 'string') return { data: Buffer.from(value, 'utf-8'), contentType: 'text/plain' };
  if (value instanceof Uint8Array) {
    const data = Buffer.isBuffer(value) ? value : Buffer.from(value);
    return { data, contentType: 'application/octet-stream' };
  }
  const json = value instanceof Object || Array.isArray(value) ? JSON.stringify(value) : undefined;
  if (json === undefined) throw conversionError('bytes, a text, an object or a list', value);
  return { data: Buffer.from(json, 'utf-8'), contentType: 'application/json' };
}
