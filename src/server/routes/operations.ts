import { FerruleError } from '../../index.ts';
import type { StoredOperation } from '../../store.ts';
import { readLockVersion } from '../documents/connection-draft.ts';
import { toEngineDocument } from '../documents/engine-document.ts';
import { toFields, toUuid } from '../documents/json.ts';
import { toOperationDraft } from '../documents/operation-draft.ts';
import { toOperationResource } from '../documents/resources.ts';
import { ok, type Route, type RouteCall } from '../route.ts';
import type { Services } from '../services.ts';
import { findConnection } from './connections.ts';

const PATH = '/api/connections/:connection_id/operations';
const MAX_ATTEMPTS = 5;

export const operationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: PATH,
    scope: 'read',
    description: {
      summary: 'The operations of a connection, oldest first.',
      responses: { 200: 'Operations' },
    },
    async answer(call, { store }) {
      const { id } = await findConnection(call, store.connections);
      return ok((await store.operations.list(id)).map(toOperationResource));
    },
  },
  {
    method: 'POST',
    path: PATH,
    scope: 'manage',
    description: {
      summary: 'Creates an operation.',
      request: 'Operation',
      responses: { 200: 'Operation', 400: 'Error_Response', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, { store, engine, connections }) {
      const connection = await findConnection(call, store.connections);
      const draft = toOperationDraft(await call.json(), undefined, toEngineDocument(connection), engine);
      const created = await store.operations.create(connection.id, draft);
      connections.drop(connection.id);
      return ok(toOperationResource(created));
    },
  },
  {
    method: 'GET',
    path: `${PATH}/:id`,
    scope: 'read',
    description: {
      summary: 'An operation.',
      responses: { 200: 'Operation', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, { store }) {
      return ok(toOperationResource(await findOperation(call, store.operations)));
    },
  },
  ...(['PUT', 'PATCH'] as const).map(
    (method): Route => ({
      method,
      path: `${PATH}/:id`,
      scope: 'manage',
      description: {
        summary: 'Changes an operation: what is left out stays, also within config.',
        request: 'Operation',
        responses: {
          200: 'Operation',
          400: 'Error_Response',
          404: 'Not_Found_Error_Response',
          409: 'Error_Response',
        },
      },
      answer: updateOperation,
    }),
  ),
  {
    method: 'DELETE',
    path: `${PATH}/:id`,
    scope: 'manage',
    description: {
      summary: 'Deletes an operation.',
      responses: { 200: '', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, { store, connections }) {
      const { id, connectionId } = await findOperation(call, store.operations);
      await store.operations.delete(connectionId, id);
      connections.drop(connectionId);
      return ok({});
    },
  },
  {
    method: 'POST',
    path: '/api/operations-search',
    scope: 'read',
    description: {
      summary: 'The operations with these ids, of any connection; unknown ids are left out.',
      request: 'Operations_Search',
      responses: { 200: 'Operations' },
    },
    async answer(call, { store }) {
      const { ids = [] } = toFields((await call.json()) ?? {}, ['ids']);
      if (!Array.isArray(ids)) {
        throw new FerruleError('REQUEST_INVALID', 'The ids cannot be read', {
          pointer: '/ids',
          expected: 'a list',
        });
      }
      const wanted = ids.map(toUuid).filter(id => id !== undefined);
      return ok((await store.operations.findByIds([...new Set(wanted)])).map(toOperationResource));
    },
  },
];

async function findOperation(
  { params }: Pick<RouteCall, 'params'>,
  operations: Services['store']['operations'],
): Promise<StoredOperation> {
  const connectionId = toUuid(params['connection_id']);
  const id = toUuid(params['id']);
  const found =
    connectionId === undefined || id === undefined ? undefined : await operations.get(connectionId, id);
  if (found === undefined) throw new FerruleError('NOT_FOUND', 'There is no such operation');
  return found;
}

async function updateOperation(call: RouteCall, { store, engine, connections }: Services) {
  const body = await call.json();
  const wanted = readLockVersion(body);
  for (let attempt = 1; ; attempt++) {
    const stored = await findOperation(call, store.operations);
    const connection = await store.connections.get(stored.connectionId);
    if (connection === undefined) throw new FerruleError('NOT_FOUND', 'There is no such connection');
    const draft = toOperationDraft(body, stored, toEngineDocument(connection), engine);
    try {
      const lockVersion = wanted ?? stored.lockVersion;
      const updated = await store.operations.update(connection.id, stored.id, { ...draft, lockVersion });
      connections.drop(connection.id);
      return ok(toOperationResource(updated));
    } catch (error) {
      const isConflict = error instanceof FerruleError && error.code === 'STORE_CONFLICT';
      if (!isConflict || wanted !== undefined || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
