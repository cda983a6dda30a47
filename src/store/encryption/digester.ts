import { createHmac, type KeyObject } from 'node:crypto';
import { SecretValue } from '../../base/secret-value.ts';

/**
 * Names texts that must not be stored, such as keys of tokens, states and API keys, so that they can be found again:
 * HMAC-SHA-256 under a key of the database, which is itself sealed. `purpose` keeps equal texts of different uses apart.
 */
export type Digester = (purpose: string, ...texts: readonly (string | SecretValue)[]) => string;

export function createDigester(key: KeyObject): Digester {
  return (purpose, ...texts) => {
    const digest = createHmac('sha256', key).update(purpose);
    for (const text of texts) {
      const clear = text instanceof SecretValue ? text.reveal() : text;
      digest.update(`\n${clear.length}:`).update(clear);
    }
    return digest.digest('base64url');
  };
}
