import type { FerruleError } from '../../index.ts';
import type { ConnectionState } from '../../store.ts';
import type { Principal } from '../authentication/principal.ts';
import type { OpenConnection, OpenOperation } from '../connections/open-connection.ts';
import { noteFailure } from '../note-failure.ts';
import type { Services } from '../services.ts';

/** How one execution ended. */
export interface ExecutionOutcome {
  readonly open: OpenConnection;
  readonly operation: OpenOperation;
  readonly call: { readonly principal: Pick<Principal, 'id'> };
  readonly durationMs: number;
  readonly statusCode?: number;
  readonly error?: FerruleError;
}

/** Writes the outcome into the event log and, when it says something about the connection, into its status. */
export function noteOutcome(outcome: ExecutionOutcome, services: Services): void {
  const { open, operation, call, durationMs, statusCode, error } = outcome;
  const { id } = open.stored;
  const principal = call.principal.id;
  services.events.recordRequest(id, {
    ok: error === undefined,
    operation: operation.name,
    principal,
    durationMs: Math.round(durationMs),
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(error === undefined ? {} : { code: error.code, category: error.category, reason: error.message }),
  });
  if (error !== undefined) {
    noteFailure(error, { method: 'execute', path: operation.name, principal }, services, id);
  }
  const state = stateAfter(error);
  if (state !== undefined) services.statuses.write(open.stored, state, error?.message);
}

/** What an outcome says about the connection; wrong parameters say nothing. */
function stateAfter(error: FerruleError | undefined): ConnectionState | undefined {
  if (error === undefined) return 'active';
  if (error.code === 'TOKEN_NEEDS_REAUTH') return 'needs_reauth';
  return error.category === 'network' || error.category === 'authentication' ? 'error' : undefined;
}
