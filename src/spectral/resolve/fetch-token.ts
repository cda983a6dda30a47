import { FerruleError } from '../../errors.ts';
import type { Engine } from '../../index.ts';
import { TOKEN_ANSWER } from '../compile/compile-connection.ts';
import type { Connection } from '../connection-value.ts';
import { type ResolvedConnection, toNativeConnection } from './resolved-connection.ts';

/** What an engine has of a connection's token, and how. */
export interface FetchedToken extends Required<Pick<Connection, 'token' | 'context'>> {
  /** Milliseconds since the Unix epoch; `Infinity` when the token has no end. */
  readonly expiresAtMs: number;
}

/**
 * The token of a connection as code gets it: the whole answer of the token endpoint, fresh. undefined when the connection has no
 * token, or when the host has given one that still lives.
 * @throws FerruleError those of token requests; TOKEN_NEEDS_REAUTH when a person has to authorise it first
 */
export async function fetchToken(
  resolved: ResolvedConnection,
  engine: Engine,
  signal?: AbortSignal,
): Promise<FetchedToken | undefined> {
  const { definition } = toNativeConnection(resolved);
  const type = Reflect.get(Object(definition.config.auth), 'authType');
  if (type !== 'oauth2' && type !== 'http_bearer_token') return undefined;
  const connection = engine.connection(definition);
  const { kept, expiresAtMs } = await connection.currentToken(signal === undefined ? {} : { signal });
  const plain = new Map([...kept].map(([name, value]) => [name, plainOf(value)]));
  const answer = readAnswer(plain.get(TOKEN_ANSWER));
  plain.delete(TOKEN_ANSWER);
  // A server that only renews the access token leaves out what it gave with the first one.
  const token = { ...resolved.token, ...answer };
  const context = Object.fromEntries([...plain].filter(([name]) => !name.startsWith('token.')));
  return { token, context, expiresAtMs };
}

function plainOf(value: unknown): unknown {
  const isSecret = typeof value === 'object' && value !== null && 'reveal' in value;
  return isSecret && typeof value.reveal === 'function' ? value.reveal() : value;
}

function readAnswer(text: unknown): Readonly<Record<string, unknown>> {
  const answer: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
  if (typeof answer === 'object' && answer !== null) return { ...answer };
  throw new FerruleError('TOKEN_MISSING', 'The token answer is not a JSON object', {
    expected: 'a JSON object with the token in it',
  });
}
