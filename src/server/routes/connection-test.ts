import { randomUUID } from 'node:crypto';
import { type Connection, type ConnectionTestReport, FerruleError } from '../../index.ts';
import { toConnectionDraft } from '../documents/connection-draft.ts';
import { toEngineDocument, toInput, withSecretValues } from '../documents/engine-document.ts';
import { isObject, toObject } from '../documents/json.ts';
import { toErrorBody, toFerruleError, toValidationErrors } from '../error-reply.ts';
import { noteFailure } from '../note-failure.ts';
import { ok, type Reply, type Route, type RouteCall } from '../route.ts';
import type { Services } from '../services.ts';
import { findConnection } from './connections.ts';

export const connectionTestRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/connections/:id/test',
    scope: 'execute',
    isExecution: true,
    description: {
      summary: 'Tries a connection stage by stage, with what the body says instead of what is stored.',
      request: 'Partial_Connection',
      responses: { 200: 'Connection_Test_Response', 404: 'Not_Found_Error_Response' },
    },
    answer: testStored,
  },
  {
    method: 'POST',
    path: '/api/test',
    scope: 'manage',
    isExecution: true,
    description: {
      summary: 'Tries a connection that is not stored, stage by stage.',
      request: 'Connection',
      responses: { 200: 'Connection_Test_Response' },
    },
    async answer(call, services) {
      const body = await call.json();
      return answerTest(() => test(openWritten(body, services), call, services));
    },
  },
];

async function testStored(call: RouteCall, services: Services): Promise<Reply> {
  const { store, connections, events } = services;
  const body = toObject((await call.json()) ?? {});
  const stored = await findConnection(call, store.connections);
  const hasOverrides = Object.keys(body).length > 0;
  if (!hasOverrides) {
    return answerTest(async () => {
      const open = await connections.open(stored.id);
      const report = await test(open.connection, call, services, stored.id);
      const reason = report.stages.find(({ status }) => status === 'failed')?.error?.['message'];
      const shown = typeof reason === 'string' ? reason : undefined;
      services.statuses.write(open.stored, report.ok ? 'active' : 'error', shown);
      const { ok: passed, durationMs, statusCode } = report;
      const details = {
        ok: passed,
        principal: call.principal.id,
        durationMs: Math.round(durationMs),
        statusCode,
        reason,
      };
      events.record({ connectionId: stored.id, kind: 'test', details });
      return report;
    });
  }
  // With another base URL the stored secrets would go elsewhere.
  call.demand('manage', 'A connection may not be tested with other settings');
  return answerTest(async () => {
    const draft = toConnectionDraft(body, stored, services.engine);
    const secrets = new Map(await store.secrets.read(stored.id));
    for (const [name, value] of draft.secrets) {
      if (value === 'clear') secrets.delete(name);
      else if (value !== 'keep') secrets.set(name, value);
    }
    const document = toEngineDocument({ ...draft, secretNames: [...secrets.keys()] });
    const whole = withSecretValues(document, secrets);
    return test(services.engine.connection(whole, {}), call, services);
  });
}

/** The engine judges what was written; tokens it fetches for the test are kept for nobody. */
function openWritten(body: unknown, { engine }: Services): Connection {
  if (!isObject(body))
    throw new FerruleError('REQUEST_INVALID', 'The body is no connection', { expected: 'an object' });
  return engine.connection(toInput({ name: randomUUID(), ...body }), {});
}

async function test(
  connection: Connection,
  call: RouteCall,
  services: Services,
  connectionId?: string,
): Promise<ConnectionTestReport> {
  const report = await connection.test({}, { signal: call.signal() });
  const refused = report.stages.find(({ error }) => error?.['category'] === 'policy')?.error;
  if (refused !== undefined) {
    const summary = String(refused['message']).replace(/^[A-Z_]+: /, '');
    const error = new FerruleError('EGRESS_REFUSED', summary);
    noteFailure(
      error,
      { method: 'test', path: 'connection', principal: call.principal.id },
      services,
      connectionId,
    );
  }
  return report;
}

/** Integrator answers every test with 200: `ok`, or `error` and, here, why. */
async function answerTest(work: () => Promise<ConnectionTestReport>): Promise<Reply> {
  try {
    const { ok: passed, ...report } = await work();
    return ok({ status: passed ? 'ok' : 'error', ...report });
  } catch (thrown) {
    const error = toFerruleError(thrown);
    if (error.category !== 'definition' && error.category !== 'input') throw error;
    return ok({ status: 'error', ...toErrorBody(error), validationErrors: toValidationErrors(error) });
  }
}
