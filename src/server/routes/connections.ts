import { FerruleError } from '../../index.ts';
import type { StoredConnection } from '../../store.ts';
import { readLockVersion, toConnectionDraft } from '../documents/connection-draft.ts';
import { describe, isObject, type JsonObject, toUuid } from '../documents/json.ts';
import { toConnectionResource } from '../documents/resources.ts';
import { readText } from '../read-query.ts';
import { ok, type Route, type RouteCall } from '../route.ts';
import type { Services } from '../services.ts';

/** How often a change is made anew on what somebody else wrote meanwhile, when the client named no version. */
const MAX_ATTEMPTS = 5;
const PAGE = 500;

export const connectionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/connections',
    scope: 'read',
    description: {
      summary: 'All connections, oldest first.',
      query: { name: 'Only connections of this name.' },
      responses: { 200: 'Connections' },
    },
    async answer({ query }, { store }) {
      const name = readText(query, 'name');
      const found: JsonObject[] = [];
      for (let after: StoredConnection | undefined; ; ) {
        const page = await store.connections.list({ name, limit: PAGE, after });
        // Judging definitions takes time; between pages others have their turn.
        found.push(...page.map(toConnectionResource));
        after = page.at(-1);
        if (page.length < PAGE) return ok(found);
      }
    },
  },
  {
    method: 'POST',
    path: '/api/connections',
    scope: 'manage',
    description: {
      summary: 'Creates a connection.',
      request: 'Connection',
      responses: { 200: 'Connection', 400: 'Error_Response' },
    },
    async answer(call, { store, engine }) {
      const body = await call.json();
      assertNoOperations(body);
      const draft = toConnectionDraft(body, undefined, engine);
      return ok(toConnectionResource(await store.connections.create(draft)));
    },
  },
  {
    method: 'GET',
    path: '/api/connections/:id',
    scope: 'read',
    description: {
      summary: 'A connection. Secrets have no value in it.',
      responses: { 200: 'Connection', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, { store }) {
      return ok(toConnectionResource(await findConnection(call, store.connections)));
    },
  },
  ...(['PUT', 'PATCH'] as const).map(
    (method): Route => ({
      method,
      path: '/api/connections/:id',
      scope: 'manage',
      description: {
        summary: 'Changes a connection: what is left out stays, also within config.',
        request: 'Partial_Connection',
        responses: {
          200: 'Connection',
          400: 'Error_Response',
          404: 'Not_Found_Error_Response',
          409: 'Error_Response',
        },
      },
      answer: updateConnection,
    }),
  ),
  {
    method: 'DELETE',
    path: '/api/connections/:id',
    scope: 'manage',
    description: {
      summary: 'Deletes a connection with its operations, secrets, tokens and events.',
      responses: { 200: '', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, { store, connections }) {
      const { id } = await findConnection(call, store.connections);
      await store.connections.delete(id);
      connections.drop(id);
      return ok({});
    },
  },
  {
    method: 'POST',
    path: '/api/connections/:id/restart',
    scope: 'manage',
    description: {
      summary: 'Drops the sockets and tokens of a connection, on every server.',
      responses: { 200: 'Restart_Response', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, { store, connections, events }) {
      const { id, name } = await findConnection(call, store.connections);
      await store.tokens.deleteAll(id);
      connections.drop(id);
      await store.connections.announce(id);
      events.record({ connectionId: id, kind: 'restart', details: { principal: call.principal.id } });
      return ok({ message: 'Connection restarted', name });
    },
  },
];

/** @throws FerruleError NOT_FOUND, for an id that is none as well */
export async function findConnection(
  { params }: Pick<RouteCall, 'params'>,
  connections: Services['store']['connections'],
): Promise<StoredConnection> {
  const id = toUuid(params['id'] ?? params['connection_id']);
  const found = id === undefined ? undefined : await connections.get(id);
  if (found === undefined) throw new FerruleError('NOT_FOUND', 'There is no such connection');
  return found;
}

/** Operations have endpoints of their own: to leave them out without a word would lose them. @throws FerruleError REQUEST_INVALID */
function assertNoOperations(body: unknown): void {
  const { operations = [] } = isObject(body) ? body : {};
  if (Array.isArray(operations) && operations.length === 0) return;
  throw new FerruleError('REQUEST_INVALID', 'A connection is created without its operations', {
    pointer: '/operations',
    expected: 'nothing here: POST /api/import/connections takes a connection with its operations',
    found: Array.isArray(operations) ? `${operations.length} operations` : describe(operations),
  });
}

/** The change is made on one version of the connection, the one the client names or the present one. */
async function updateConnection(call: RouteCall, { store, engine, connections }: Services) {
  const body = await call.json();
  const wanted = readLockVersion(body);
  for (let attempt = 1; ; attempt++) {
    const stored = await findConnection(call, store.connections);
    const change = toConnectionDraft(body, stored, engine);
    try {
      const lockVersion = wanted ?? stored.lockVersion;
      const updated = await store.connections.update(stored.id, { ...change, lockVersion });
      connections.drop(stored.id);
      return ok(toConnectionResource(updated));
    } catch (error) {
      const isConflict = error instanceof FerruleError && error.code === 'STORE_CONFLICT';
      if (!isConflict || wanted !== undefined || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
