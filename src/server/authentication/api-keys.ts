import { createHash } from 'node:crypto';
import { type Clock, FerruleError, type SecretValue } from '../../index.ts';
import type { ApiKey, ApiKeys, Changes } from '../../store.ts';
import type { Authenticator } from './bearer.ts';

/** How long a key that was found is taken as good. A revocation is told at once, so this only bounds what was missed. */
const KEPT_MS = 30_000;
const MAX_KEPT = 1_000;

export interface ApiKeyParts {
  readonly apiKeys: ApiKeys;
  readonly changes: Changes;
  readonly clock: Clock;
}

/** The stored keys, the ones in use kept at hand by their digest. `close` ends listening for revocations. */
export function createApiKeyAuthenticator({
  apiKeys,
  changes,
  clock,
}: ApiKeyParts): Authenticator & { close(): void } {
  const kept = new Map<string, { readonly key: ApiKey; readonly untilMs: number }>();
  // Also forgets what is being looked up while a revocation comes in.
  let generation = 0;
  const close = changes.subscribe(change => {
    if (change.kind !== 'api_key' && change.kind !== 'everything') return;
    generation += 1;
    kept.clear();
  });

  const find = async (credential: SecretValue): Promise<ApiKey | undefined> => {
    const digest = createHash('sha256').update(credential.reveal()).digest('base64url');
    const known = kept.get(digest);
    if (known !== undefined && clock.now() < known.untilMs) return known.key;
    const begunIn = generation;
    const key = await apiKeys.find(credential);
    if (key === undefined) {
      kept.delete(digest);
      return undefined;
    }
    if (kept.size >= MAX_KEPT) kept.clear();
    if (begunIn === generation) kept.set(digest, { key, untilMs: clock.now() + KEPT_MS });
    return key;
  };

  return {
    close,
    async authenticate(credential) {
      if (!credential.reveal().startsWith('ferrule_')) return undefined;
      const key = await find(credential);
      if (key === undefined || (key.expiresAtMs !== undefined && clock.now() >= key.expiresAtMs)) {
        throw new FerruleError('UNAUTHENTICATED', 'The API key is not known, was revoked, or is over');
      }
      return { id: `key:${key.id}`, name: key.name, scopes: key.scopes };
    },
  };
}
