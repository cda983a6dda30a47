import type { Connection } from '../../index.ts';
import type { StoredConnection } from '../../store.ts';
import { isObject, type JsonObject } from '../documents/json.ts';
import { readConnectionDocument } from '../documents/stored-documents.ts';
import { toFerruleError } from '../error-reply.ts';
import type { Services } from '../services.ts';

/** What became of the tokens at the provider. Of several, the worst. */
export interface Revocation {
  readonly outcome: 'revoked' | 'not_supported' | 'nothing_to_revoke' | 'failed';
  /** Why it failed; secrets masked. */
  readonly reason?: string;
}

export interface Disconnection {
  readonly revocation: Revocation;
  /** Tokens that were deleted. */
  readonly deletedTokens: number;
}

/**
 * Ends what was authorised: at the provider as far as it lets us, and here in any case, on every server. With
 * `parameters`, the authorization they belong to, such as that of one account; without, all of them.
 */
export async function disconnect(
  stored: StoredConnection,
  parameters: JsonObject | undefined,
  services: Services,
  signal: AbortSignal,
): Promise<Disconnection> {
  const { store, connections, statuses } = services;
  const { id } = stored;
  const open = async () => (await connections.open(id)).connection;
  const before = await store.tokens.read(id);
  const revocations: Revocation[] = [];
  for (const { token } of parameters === undefined ? before : before.slice(0, 1)) {
    revocations.push(await revoke(open, parameters ?? token.parameters ?? {}, signal));
  }
  if (parameters === undefined) await store.tokens.deleteAll(id);
  else await (await open()).forgetToken({ parameters, signal });
  // Who holds a token at hand, here or elsewhere, lets go of it with the connection.
  connections.drop(id);
  await store.connections.announce(id);
  const left = parameters === undefined ? [] : await store.tokens.read(id);
  if (left.length === 0) {
    const state = isInteractive(stored) ? 'needs_reauth' : 'pending';
    statuses.write(stored, state, 'The connection was disconnected');
  }
  const deletedTokens = before.length - left.length;
  // Of an account that had no token the engine says, too, that nothing was revoked.
  const worst = toWorst(revocations);
  const hadNone = deletedTokens === 0 && worst.outcome === 'not_supported';
  return { revocation: hadNone ? { outcome: 'nothing_to_revoke' } : worst, deletedTokens };
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

function toWorst(revocations: readonly Revocation[]): Revocation {
  for (const outcome of ['failed', 'not_supported', 'revoked'] as const) {
    const found = revocations.find(revocation => revocation.outcome === outcome);
    if (found !== undefined) return found;
  }
  return { outcome: 'nothing_to_revoke' };
}

/** True when only a person can bring the next token. */
function isInteractive(stored: StoredConnection): boolean {
  const { config } = readConnectionDocument(stored);
  const auth = isObject(config) ? config['auth'] : undefined;
  const grant = isObject(auth) ? auth['grant'] : undefined;
  return grant === 'authorization_code' || grant === 'device_code';
}
