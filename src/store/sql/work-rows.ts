import { FerruleError } from '../../errors/ferrule-error.ts';
import type { ClaimedWork, WorkItem, WorkState } from '../ports/work-queue.ts';
import { integer, optionalInteger, optionalText, text } from './row.ts';
import type { Row, SqlParameters } from './sql-database.ts';

const STATES: readonly WorkState[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];

export function toWorkItem(row: Row): WorkItem {
  return {
    id: text(row, 'id'),
    sequence: integer(row, 'sequence'),
    batchId: text(row, 'batch_id'),
    connectionId: text(row, 'connection_id'),
    operationId: optionalText(row, 'operation_id'),
    principal: text(row, 'principal'),
    state: toState(text(row, 'state')),
    attempts: integer(row, 'attempts'),
    maxAttempts: integer(row, 'max_attempts'),
    cancelRequested: integer(row, 'cancel_requested') === 1,
    code: optionalText(row, 'code'),
    createdAtMs: integer(row, 'created_at'),
    dueAtMs: integer(row, 'due_at'),
    startedAtMs: optionalInteger(row, 'started_at'),
    finishedAtMs: optionalInteger(row, 'finished_at'),
    expiresAtMs: optionalInteger(row, 'expires_at'),
  };
}

/** The condition under which a claim is still its owner's: not even the same owner has an earlier attempt. */
export const OWN = "id = :id AND owner = :owner AND attempts = :attempts AND state = 'running'";

export function toOwn({ item: { id, attempts }, owner }: ClaimedWork) {
  return { id, owner, attempts };
}

/** Ids as parameters of an `IN (…)`. */
export function toIdList(ids: readonly string[]): { readonly list: string; readonly given: SqlParameters } {
  return {
    list: ids.map((_, index) => `:id${index}`).join(', '),
    given: Object.fromEntries(ids.map((id, index) => [`id${index}`, id])),
  };
}

export function requestPlace(id: string): string {
  return `executions/${id}`;
}

export function resultPlace(id: string): string {
  return `execution_results/${id}`;
}

function toState(found: string): WorkState {
  const state = STATES.find(known => known === found);
  if (state === undefined) {
    throw new FerruleError('STORE_DAMAGED', 'An execution is in a state that there is not', { found });
  }
  return state;
}
