import type { Issue } from '../../errors.ts';
import type { Guess } from '../compile/guess-apply.ts';
import type { FieldSource } from '../resolve/resolve-fields.ts';
import type { ResolvedConnection } from '../resolve/resolved-connection.ts';
import type { LogEntry } from './flow-log.ts';

/** What a run of a flow tells beside what the flow gives back. Serialisable, secrets masked. */
export interface FlowReport {
  readonly ok: boolean;
  readonly integration: string;
  readonly flow: string;
  readonly executionId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly connections: readonly ConnectionReport[];
  /** What may not be meant: variables without a value. */
  readonly diagnostics: readonly Issue[];
  readonly logs: readonly LogEntry[];
}

export interface ConnectionReport {
  /** The name of its variable. */
  readonly name: string;
  readonly key: string;
  readonly stableKey: string;
  readonly activation: ResolvedConnection['activation'];
  /** For each field that has a value, which layer it came from. */
  readonly sources: Readonly<Record<string, FieldSource>>;
  /** How `apply: "auto"` took the credential to be; left out when it was declared, or nothing says. */
  readonly guess?: Guess;
  /** Where its token came from; left out when it has none. */
  readonly token?: 'fetched' | 'given';
  /** ISO 8601; left out when the token has no end that is known. */
  readonly tokenExpiresAt?: string;
}
