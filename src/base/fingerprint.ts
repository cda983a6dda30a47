import { createHash } from 'node:crypto';

/** A short name for content: equal texts have equal fingerprints (SHA-256, 128 bits of it, base64url). */
export function fingerprint(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest('base64url').slice(0, 22);
}
