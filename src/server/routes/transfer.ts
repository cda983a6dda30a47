import { randomUUID } from 'node:crypto';
import { FerruleError, formatIssue } from '../../index.ts';
import type { OperationDraft, StoredConnection } from '../../store.ts';
import { toConnectionDraft } from '../documents/connection-draft.ts';
import { toEngineDocument } from '../documents/engine-document.ts';
import { isObject, toList, toObject, toUuid } from '../documents/json.ts';
import { moveIssues } from '../documents/move-issues.ts';
import { toOperationDraft } from '../documents/operation-draft.ts';
import { toConnectionResource, toOperationResource } from '../documents/resources.ts';
import { hasFlag, ok, type Reply, type Route, type RouteCall } from '../route.ts';
import type { Services } from '../services.ts';
import { findConnection } from './connections.ts';

const force = { force: 'Replaces what is there already.' };

/** Connections and operations on their way from one system to another. */
export const transferRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/export/connections/:id',
    scope: 'read',
    description: {
      summary: 'A connection with its operations, to be imported elsewhere. It holds no secrets.',
      responses: { 200: 'ConnectionExport', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, { store }) {
      const { id } = await findConnection(call, store.connections);
      const whole = await store.connections.getWhole(id);
      if (whole === undefined) throw new FerruleError('NOT_FOUND', 'There is no such connection');
      const { status: _status, ...connection } = toConnectionResource(whole.connection);
      return ok({ ...connection, operations: whole.operations.map(toOperationResource) });
    },
  },
  {
    method: 'POST',
    path: '/api/import/connections',
    scope: 'manage',
    description: {
      summary: 'Creates a connection with its operations from an export.',
      query: force,
      request: 'ConnectionExport',
      responses: { 200: 'Connection', 400: 'Error_Response' },
    },
    answer: importConnection,
  },
  {
    method: 'POST',
    path: '/api/import/connections/:connection_id/operations',
    scope: 'manage',
    description: {
      summary: 'Adds operations to a connection: all of them, or none when one cannot be used.',
      query: force,
      request: 'Operations',
      responses: {
        200: 'Operations',
        400: 'Operation_Import_Error_Response',
        404: 'Not_Found_Error_Response',
      },
    },
    answer: importOperations,
  },
];

async function importConnection(call: RouteCall, { store, engine, connections }: Services): Promise<Reply> {
  const body = toObject(await call.json());
  const replace = hasFlag(call.query, 'force');
  const id = readId(body['id']) ?? randomUUID();
  const stored = replace ? await store.connections.get(id) : undefined;
  const draft = toConnectionDraft(body, stored, engine, { replaces: true });
  const names = [...draft.secrets.keys()];
  const written = { ...draft, secretNames: names };
  const operations = toList(body['operations'] ?? []).map((operation, index) =>
    placed(`/operations/${index}`, () => ({
      ...withId(operation),
      ...toOperationDraft(operation, undefined, toEngineDocument(written), engine),
    })),
  );
  assertDistinct(operations);
  const whole = await store.connections.import({ ...draft, id, operations }, { replace });
  connections.drop(id);
  return ok(toConnectionResource(whole.connection));
}

async function importOperations(call: RouteCall, { store, engine, connections }: Services): Promise<Reply> {
  const connection = await findConnection(call, store.connections);
  const replace = hasFlag(call.query, 'force');
  const items = toList(await call.json());
  const errors = new Map<number, readonly string[]>();
  const drafts = items.flatMap((item, index) => {
    try {
      return [toImportDraft(item, connection, engine)];
    } catch (error) {
      if (!(error instanceof FerruleError)) throw error;
      errors.set(index, toSentences(error));
      return [];
    }
  });
  if (errors.size > 0) return toItemErrors('DEFINITION_INVALID', errors);
  try {
    const written = await store.operations.import(connection.id, drafts, { replace });
    connections.drop(connection.id);
    return ok(written.map(toOperationResource));
  } catch (error) {
    if (!(error instanceof FerruleError) || error.code !== 'STORE_EXISTS') throw error;
    for (const issue of error.issues) {
      const index = Number(issue.pointer.split('/')[1]);
      errors.set(index, [...(errors.get(index) ?? []), issue.message]);
    }
    return toItemErrors(error.code, errors);
  }
}

function toImportDraft(
  item: unknown,
  connection: StoredConnection,
  engine: Services['engine'],
): OperationDraft {
  return { ...withId(item), ...toOperationDraft(item, undefined, toEngineDocument(connection), engine) };
}

function withId(operation: unknown): Pick<OperationDraft, 'id'> {
  const id = readId(isObject(operation) ? operation['id'] : undefined);
  return id === undefined ? {} : { id };
}

/** @throws FerruleError REQUEST_INVALID for an id that is none */
function readId(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const id = toUuid(value);
  if (id !== undefined) return id;
  throw new FerruleError('REQUEST_INVALID', 'The id cannot be used', { pointer: '/id', expected: 'a UUID' });
}

/** Errors by the position of the item in the list. */
function toItemErrors(errorKey: string, errors: ReadonlyMap<number, readonly string[]>): Reply {
  return { status: 400, body: { errorKey, errors: Object.fromEntries(errors) } };
}

function toSentences(error: FerruleError): readonly string[] {
  return error.issues.length === 0 ? [error.message] : error.issues.map(formatIssue);
}

/** Runs `work`; its failure gets the place of the item in the whole document. */
function placed<Result>(place: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FerruleError)) throw error;
    throw moveIssues(error, '', place);
  }
}

function assertDistinct(operations: readonly OperationDraft[]): void {
  const names = operations.map(({ name }) => name);
  const index = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (index === -1) return;
  throw new FerruleError('DEFINITION_DUPLICATE_NAME', 'Two operations have the same name', {
    pointer: `/operations/${index}/name`,
  });
}
