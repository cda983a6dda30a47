import type { Engine, ConnectionInput as NativeConnection } from '../../index.ts';
import { bindConnection } from '../compile/bind-connection.ts';
import { type CompileOptions, compileConnection } from '../compile/compile-connection.ts';
import type { Guess } from '../compile/guess-apply.ts';
import type { ConnectionDefinition } from '../connection-definition.ts';
import type { Connection } from '../connection-value.ts';
import type { Activation, Scope } from './activations.ts';
import type { FieldSource } from './resolve-fields.ts';

/** A connection of an integration with its values. The values do not show when it is logged. */
export interface ResolvedConnection {
  /** The name of its variable. */
  readonly name: string;
  readonly stableKey: string;
  /** Who activated it; `integration` when its values belong to the integration alone. */
  readonly activation: Activation['kind'] | 'integration';
  readonly definition: ConnectionDefinition;
  /** For each field that has a value, which layer it came from. */
  readonly sources: Readonly<Record<string, FieldSource>>;
  /** Whose authorization it is, where a person authorises it. */
  readonly account: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly token: Readonly<Record<string, unknown>> | undefined;
  readonly context: Readonly<Record<string, unknown>> | undefined;
}

/** What a resolved connection holds of secrets: not enumerable, so that whoever logs it does not write them down. */
type Confidential = Pick<ResolvedConnection, 'fields' | 'token' | 'context'>;

export function createResolvedConnection(
  open: Omit<ResolvedConnection, keyof Confidential | 'account'>,
  confidential: Confidential,
  { customer = '', user = '' }: Scope,
): ResolvedConnection {
  const owners = {
    integration: ['integration', customer, user],
    organization: ['organization'],
    customer: ['customer', customer],
    user: ['user', user],
  }[open.activation];
  const resolved = { ...open, account: [open.stableKey, ...owners].join(':') };
  for (const [name, value] of Object.entries(confidential)) Object.defineProperty(resolved, name, { value });
  return resolved as ResolvedConnection;
}

export interface NativeOptions extends Pick<CompileOptions, 'apply' | 'operations'> {
  /** Where the answer of an authorization comes back. */
  readonly redirectUri?: string | undefined;
}

/** A connection of Ferrule, ready for `engine.connection()`, and how its credential was guessed, if it was. */
export interface NativeForm {
  readonly definition: NativeConnection;
  readonly fetchesToken: boolean;
  readonly guess: Guess | undefined;
}

/** What a resolved connection is for an engine: to execute operations, to test it, to begin an authorization. */
export function toNativeConnection(
  { definition, fields, token, context, account }: ResolvedConnection,
  { redirectUri, ...options }: NativeOptions = {},
): NativeForm {
  const hasValue = (name: string) => Boolean(fields[name]);
  const compiled = compileConnection(definition, { ...options, hasValue });
  const native = bindConnection(compiled, { fields, account, redirectUri, token, context });
  return { definition: native, fetchesToken: compiled.fetchesToken, guess: compiled.guess };
}

/** The value that running code gets. */
export function toConnectionValue(
  { name, definition, fields, token, context }: ResolvedConnection,
  fetched: Pick<Connection, 'token' | 'context'> = {},
): Connection {
  const wholeToken = fetched.token ?? token;
  const wholeContext = { ...context, ...fetched.context };
  return {
    key: definition.key,
    configVarKey: name,
    fields: { ...fields },
    ...(wholeToken === undefined ? {} : { token: { ...wholeToken } }),
    ...(Object.keys(wholeContext).length === 0 ? {} : { context: wholeContext }),
  };
}

/**
 * The same with a token that is fresh: asked of `engine`, which keeps it, unless the host gave one that still lives.
 * @throws FerruleError those of token requests; TOKEN_NEEDS_REAUTH when a person has to authorise the connection first
 */
export async function toFreshConnectionValue(
  resolved: ResolvedConnection,
  engine: Engine,
  signal?: AbortSignal,
): Promise<Connection> {
  const { fetchToken } = await import('./fetch-token.ts');
  return toConnectionValue(resolved, await fetchToken(resolved, engine, signal));
}
