import { FerruleError } from '../../index.ts';
import { toOpenApi } from '../openapi/openapi-document.ts';
import { ok, type Route } from '../route.ts';
import { readVersion } from '../version.ts';

/** What concerns the server as a whole. `routes` gives all routes, these included, for the OpenAPI document. */
export function createServiceRoutes(routes: () => readonly Route[]): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/healthz',
      scope: 'open',
      description: {
        summary: 'Whether the server can do its work.',
        responses: { 200: 'Health_Status', 503: 'Health_Status' },
      },
      async answer(_call, { store, log }) {
        const database = await store.check().then(
          () => ({ status: true, message: 'the database answers' }),
          error => {
            log.error('unhealthy', { error: error instanceof FerruleError ? error.code : String(error) });
            return { status: false, message: 'the database does not answer' };
          },
        );
        const server = { status: true, message: 'the server runs' };
        // Integrator's own document spells the second name in two ways, and clients may go by either.
        const body = { meassagingHealth: database, nodePocessHealth: server, nodeProcessHealth: server };
        return { status: database.status ? 200 : 503, body };
      },
    },
    {
      method: 'GET',
      path: '/api/version',
      scope: 'open',
      description: { summary: 'The version of the server.', responses: { 200: 'Version_Information' } },
      answer: () => ok({ version: readVersion() }),
    },
    {
      method: 'GET',
      path: '/api/openapi.json',
      scope: 'read',
      description: { summary: 'This description, as OpenAPI 3.1.', responses: { 200: '' } },
      answer: () => ok(toOpenApi(routes())),
    },
    {
      method: 'POST',
      path: '/api/rotate-encryption-key',
      scope: 'manage',
      description: {
        summary: 'Puts everything that is stored under the current encryption key, while the server works.',
        responses: { 200: 'Rotation', 500: 'Error_Response' },
      },
      async answer(call, { rotateKey, events }) {
        const report = await rotateKey(call.signal({ deadline: true, caller: true }));
        const details = { ...report, principal: call.principal.id };
        events.record({ connectionId: undefined, kind: 'rotation', details });
        return ok(report);
      },
    },
  ];
}
