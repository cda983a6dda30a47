import type { Connection } from '../../index.ts';
import type { StoredConnection } from '../../store.ts';
import { isObject, type JsonObject } from '../documents/json.ts';
import { readConnectionDocument } from '../documents/stored-documents.ts';
import { toFerruleError } from '../error-reply.ts';
import type { Services } from '../services.ts';

/** What became of the tokens at the provider. */
export interface Revocation {
  readonly outcome: 'revoked' | 'not_supported' | 'nothing_to_revoke' | 'failed';
  /** Why it failed; secrets masked. */
  readonly reason?: string;
}

export interface Disconnection {
  readonly revocation: Revocation;
  /** Records that were deleted. */
  readonly deletedTokens: number;
}

/** Ends what was authorised: at the provider as far as it lets us, and here in any case, on every server. */
export async function disconnect(
  stored: StoredConnection,
  parameters: JsonObject,
  services: Services,
  signal: AbortSignal,
): Promise<Disconnection> {
  const { store, connections, statuses } = services;
  const { id } = stored;
  const known = (await store.tokens.list(id)).filter(({ expiresAtMs }) => expiresAtMs !== undefined);
  const revocation: Revocation =
    known.length === 0
      ? { outcome: 'nothing_to_revoke' }
      : await revoke(async () => (await connections.open(id)).connection, parameters, signal);
  await store.tokens.deleteAll(id);
  // Who holds a token at hand, here or elsewhere, lets go of it with the connection.
  connections.drop(id);
  await store.connections.announce(id);
  statuses.write(
    stored,
    isInteractive(stored) ? 'needs_reauth' : 'pending',
    'The connection was disconnected',
  );
  return { revocation, deletedTokens: known.length };
}

async function revoke(
  open: () => Promise<Connection>,
  parameters: JsonObject,
  signal: AbortSignal,
): Promise<Revocation> {
  try {
    const { revoked } = await (await open()).revokeToken({ parameters, signal });
    return { outcome: revoked ? 'revoked' : 'not_supported' };
  } catch (thrown) {
    const error = toFerruleError(thrown);
    if (error.code === 'AUTHORIZATION_UNSUPPORTED') return { outcome: 'not_supported' };
    return { outcome: 'failed', reason: error.message };
  }
}

/** True when only a person can bring the next token. */
function isInteractive(stored: StoredConnection): boolean {
  const { config } = readConnectionDocument(stored);
  const auth = isObject(config) ? config['auth'] : undefined;
  const grant = isObject(auth) ? auth['grant'] : undefined;
  return grant === 'authorization_code' || grant === 'device_code';
}
