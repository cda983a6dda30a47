import type { Engine } from '../../index.ts';
import { inputFactsOf } from '../compile/input-facts.ts';
import type { Connection } from '../connection-value.ts';
import { fetchToken } from '../resolve/fetch-token.ts';
import {
  type ResolvedConnection,
  toConnectionValue,
  toNativeConnection,
} from '../resolve/resolved-connection.ts';
import type { ConnectionReport } from './flow-report.ts';

export interface PreparedConnection {
  readonly value: Connection;
  readonly report: ConnectionReport;
}

/** The connections as running code gets them, tokens fresh, each asked for at the same time as the others. */
export function prepareConnections(
  resolved: readonly ResolvedConnection[],
  engine: Engine,
  signal?: AbortSignal,
): Promise<readonly PreparedConnection[]> {
  return Promise.all(resolved.map(each => prepare(each, engine, signal)));
}

async function prepare(
  resolved: ResolvedConnection,
  engine: Engine,
  signal: AbortSignal | undefined,
): Promise<PreparedConnection> {
  const { name, stableKey, activation, sources, definition } = resolved;
  const { guess, fetchesToken } = toNativeConnection(resolved);
  const fetched = fetchesToken ? await fetchToken(resolved, engine, signal) : undefined;
  const value = toConnectionValue(resolved, fetched);
  const origin = fetched !== undefined ? 'fetched' : value.token === undefined ? undefined : 'given';
  const report: ConnectionReport = {
    name,
    key: definition.key,
    stableKey,
    activation,
    sources,
    ...(guess === undefined ? {} : { guess }),
    ...(origin === undefined ? {} : { token: origin }),
    ...(fetched === undefined || !Number.isFinite(fetched.expiresAtMs)
      ? {}
      : { tokenExpiresAt: new Date(fetched.expiresAtMs).toISOString() }),
  };
  return { value, report };
}

/** The texts of connections that must not be shown: passwords, and all texts of token answers that may be tokens. */
export function secretsOf(
  resolved: readonly ResolvedConnection[],
  prepared: readonly PreparedConnection[],
): readonly string[] {
  const ofFields = resolved.flatMap(({ definition, fields }) =>
    inputFactsOf(definition)
      .filter(({ secret }) => secret)
      .flatMap(({ name }) => textsIn(fields[name])),
  );
  const ofTokens = prepared.flatMap(({ value }) =>
    Object.entries(value.token ?? {})
      .filter(([name]) => name.includes('token') && name !== 'token_type')
      .flatMap(([, member]) => textsIn(member)),
  );
  return [...ofFields, ...ofTokens];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
