import { FerruleError } from '../../index.ts';
import { toExecutionErrorReply, toFerruleError } from '../error-reply.ts';
import { executionQuery, toCallOptions } from '../execution/call-options.ts';
import { executeOnce } from '../execution/execute-once.ts';
import { findTarget, readExecutionRequest } from '../execution/execution-target.ts';
import { once } from '../execution/once.ts';
import { streamReply } from '../execution/stream-reply.ts';
import { type Answer, ok, type Route, type RouteCall } from '../route.ts';
import type { Services } from '../services.ts';

export const executeRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/execute',
    scope: 'execute',
    isExecution: true,
    description: {
      summary: 'Executes an operation. One that streams answers with server-sent events.',
      query: executionQuery,
      request: 'Execute_Config',
      responses: { 200: 'Execute_Response', 400: 'Validation_Error_Response' },
    },
    answer: (call, services) => withExecutionErrors(call, () => execute(call, services)),
  },
  {
    method: 'POST',
    path: '/api/dry-run',
    scope: 'execute',
    isExecution: true,
    description: {
      summary: 'The request that an execution would send, secrets masked. Nothing is sent.',
      query: { lenient: executionQuery.lenient },
      request: 'Execute_Config',
      responses: { 200: 'Dry_Run', 400: 'Validation_Error_Response' },
    },
    answer: (call, services) =>
      withExecutionErrors(call, async () => {
        const request = readExecutionRequest(await call.json());
        const { connection, operation, parameters } = await findTarget(request, call, services);
        const options = toCallOptions(call.query, call.signal());
        return ok(await connection.dryRun(operation.name, parameters, options));
      }),
  },
];

async function execute(call: RouteCall, services: Services): Promise<Answer> {
  const body = await call.json();
  const target = await findTarget(readExecutionRequest(body), call, services);
  if (target.operation.streams) {
    if (call.headers.has('idempotency-key')) {
      throw new FerruleError('REQUEST_INVALID', 'An operation that streams has no single answer to keep', {
        expected: 'no Idempotency-Key',
      });
    }
    return streamReply(target, call, services);
  }
  return once(call, body, services, isShared => executeOnce(target, call, services, isShared));
}

/** Integrator answers what is wrong with an execution with 400, also a connection that is not there. */
async function withExecutionErrors(call: RouteCall, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (thrown) {
    const error = toFerruleError(thrown);
    const reply = toExecutionErrorReply(error, call.headers.get('accept'));
    if (reply.status === 400) return reply;
    throw error;
  }
}
