import { FerruleError, type Issue } from '../../errors/ferrule-error.ts';
import type { Sealer } from '../encryption/sealer.ts';
import type { OperationDraft } from '../ports/operation-store.ts';
import { checkName, toId } from './input.ts';
import { insertOperation, replaceOperation, sealDefinition, selectOperations } from './operation-rows.ts';
import { text } from './row.ts';
import type { SqlSession } from './sql-database.ts';

export interface OperationImport {
  readonly connectionId: string;
  readonly drafts: readonly OperationDraft[];
  /** A draft takes the place of the operation with its id, or with its name when the draft has no id. */
  readonly replace: boolean;
  /** Operations that no draft takes the place of go. */
  readonly deleteOthers: boolean;
  /** Where the drafts stand in the document, as a JSON pointer. */
  readonly pointer: string;
}

interface Placed {
  readonly id: string;
  readonly name: string;
  readonly definition: string;
  readonly replaces: boolean;
}

/** Between the old names and the new ones. No name of an author has a control character. */
const NO_NAME = '\u0001';

/**
 * Writes all drafts or throws one STORE_EXISTS that lists every one that cannot be written. Runs in the transaction
 * that has the row of the connection; texts are encrypted here, because only now it is known whose place each takes.
 */
export async function importOperations(
  session: SqlSession,
  sealer: Sealer,
  request: OperationImport,
): Promise<void> {
  const { connectionId, deleteOthers } = request;
  const placed = await placeDrafts(session, request);
  if (deleteOthers) {
    for (const row of await selectOperations(session, connectionId)) {
      const id = text(row, 'id');
      if (!placed.some(draft => draft.id === id)) {
        await session.query('DELETE FROM operations WHERE id = :id', { id });
      }
    }
  }
  // Two operations may swap their names, so all that change give theirs up before one gets its new one.
  for (const { id, replaces } of placed) {
    if (!replaces) continue;
    await session.query('UPDATE operations SET name = :name WHERE id = :id', { id, name: `${NO_NAME}${id}` });
  }
  for (const { id, name, definition, replaces } of placed) {
    const values = { id, name, ...(await sealDefinition(sealer, id, definition)) };
    if (replaces) await replaceOperation(session, values);
    else await insertOperation(session, connectionId, values);
  }
}

/** Gives every draft its id, or throws the list of those that are in the way of each other or of what is there. */
async function placeDrafts(session: SqlSession, request: OperationImport): Promise<readonly Placed[]> {
  const { connectionId, drafts, replace, deleteOthers, pointer } = request;
  const present = await selectOperations(session, connectionId);
  const names = new Map(present.map(row => [text(row, 'name'), text(row, 'id')]));
  const own = new Set(names.values());
  const issues: Issue[] = [];
  const placed: Placed[] = [];
  for (const [index, draft] of drafts.entries()) {
    const name = checkName(draft.name);
    const namesake = names.get(name);
    const id = draft.id === undefined && replace ? (namesake ?? toId(undefined)) : toId(draft.id);
    const replaces = own.has(id);
    const taken = replaces ? !replace : await isTaken(session, id);
    if (taken || placed.some(other => other.id === id))
      issues.push(toIssue(`${pointer}/${index}/id`, 'id', id));
    if (placed.some(other => other.name === name) || (namesake !== undefined && !replace)) {
      issues.push(toIssue(`${pointer}/${index}/name`, 'name', name));
    }
    placed.push({ id, name, definition: draft.definition, replaces });
  }
  if (!deleteOthers) {
    // With `replace` a name may belong to an operation that keeps it: neither replaced nor deleted.
    for (const [index, { id, name }] of placed.entries()) {
      const owner = names.get(name);
      if (!replace || owner === undefined || owner === id || placed.some(other => other.id === owner))
        continue;
      issues.push(toIssue(`${pointer}/${index}/name`, 'name', name));
    }
  }
  if (issues.length > 0) {
    throw new FerruleError('STORE_EXISTS', 'Some operations are there already', { issues });
  }
  return placed;
}

async function isTaken(session: SqlSession, id: string): Promise<boolean> {
  const rows = await session.query('SELECT id FROM operations WHERE id = :id', { id });
  return rows.length > 0;
}

function toIssue(pointer: string, field: 'id' | 'name', value: string): Issue {
  return {
    code: 'STORE_EXISTS',
    pointer,
    message: `There is an operation with the ${field} "${value}" already`,
  };
}
