import { makeLink } from '../connect/connect-flow.ts';
import { readConnectRequest } from '../connect/connect-request.ts';
import { disconnect } from '../connect/disconnect.ts';
import { noteConnect } from '../connect/note-connect.ts';
import { toFields, toObject } from '../documents/json.ts';
import { ok, type Route } from '../route.ts';
import { findConnection } from './connections.ts';

/** What clients do about the authorization of a connection; what browsers do is in `oauth.ts`. */
export const connectRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/connections/:id/authorize',
    scope: 'manage',
    isExecution: true,
    description: {
      summary:
        'Makes a link by which one person, in one browser, authorises a connection. Send the browser there.',
      request: 'Authorize_Config',
      responses: { 200: 'Authorize_Response', 400: 'Error_Response', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, services) {
      const { id } = await findConnection(call, services.store.connections);
      const request = readConnectRequest(await call.json(), services.returnOrigins);
      const { url, expiresAtMs, callbackUrl } = await makeLink(id, request, services, call.signal());
      noteConnect(id, { event: 'link_made', principal: call.principal.id }, services);
      return ok({ url, expiresAt: new Date(expiresAtMs).toISOString(), callbackUrl });
    },
  },
  {
    method: 'POST',
    path: '/api/connections/:id/disconnect',
    scope: 'manage',
    isExecution: true,
    description: {
      summary: 'Revokes the tokens of a connection at the provider where that is possible, and deletes them.',
      request: 'Disconnect_Config',
      responses: { 200: 'Disconnect_Response', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, services) {
      const stored = await findConnection(call, services.store.connections);
      const { parameters } = toFields((await call.json()) ?? {}, ['parameters']);
      const signal = call.signal({ caller: true });
      const done = await disconnect(stored, parameters ? toObject(parameters) : undefined, services, signal);
      noteConnect(
        stored.id,
        { event: 'disconnected', principal: call.principal.id, ...done.revocation },
        services,
      );
      return ok(done);
    },
  },
];
