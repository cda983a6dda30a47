import { randomUUID } from 'node:crypto';
import { FerruleError } from '../../index.ts';
import { toCallOptions } from '../execution/call-options.ts';
import { findTarget } from '../execution/execution-target.ts';
import { type Outcome, once } from '../execution/once.ts';
import type { Reply, RouteCall } from '../route.ts';
import type { Services } from '../services.ts';
import { readWorkOrder, toWorkId, type WorkOrder } from './read-work.ts';
import { encodeWorkRequest } from './work-request.ts';

/** Accepts executions: what is answered with 202 is kept until it was done. */
export async function enqueue(call: RouteCall, services: Services): Promise<Reply> {
  const body = await call.json();
  const order = readWorkOrder(body);
  const { operation } = await findTarget(order.request, call, services);
  if (operation.streams) {
    throw new FerruleError('REQUEST_INVALID', 'An operation that streams cannot be executed later', {
      pointer: '/operationId',
      expected: 'an operation that answers at once',
    });
  }
  return once(call, body, services, () => accept(order, call, services));
}

async function accept(order: WorkOrder, call: RouteCall, services: Services): Promise<Outcome> {
  const { store, queue } = services;
  const { request, rows, maxAttempts, idempotencyParameter } = order;
  assertSize(order);
  await assertRoom(rows.length, services);
  // A server that dies before it has answered has enqueued all or nothing, and who asks again means the same ids.
  const key = call.headers.get('idempotency-key');
  const seed = key === null ? randomUUID() : JSON.stringify([call.principal.id, key]);
  const batchId = toWorkId(seed, 0);
  const { signal: _signal, ...options } = toCallOptions(call.query, call.signal());
  const drafts = rows.map((row, index) => {
    const id = toWorkId(seed, index + 1);
    const own = idempotencyParameter === undefined ? {} : { [idempotencyParameter]: id };
    const parameters = { ...own, ...request.parameters, ...row };
    return {
      id,
      batchId,
      connectionId: request.connectionId,
      // What is written in the request is no stored operation, also when it changes one.
      operationId: request.operation === undefined ? request.operationId : undefined,
      principal: call.principal.id,
      request: encodeWorkRequest({ ...request, parameters, options }),
      maxAttempts,
      keepMs: queue.keepMs,
    };
  });
  await store.queue.enqueue(drafts);
  const reply = { status: 202, body: { batchId, ids: drafts.map(({ id }) => id) } };
  return { reply, sent: true };
}

/** What rows have in common is kept with each of them, so a small request could become more than memory holds. */
const MAX_TOTAL_CHARACTERS = 64 * 1024 * 1024;

/** @throws FerruleError REQUEST_TOO_LARGE */
function assertSize({ request, rows, idempotencyParameter }: WorkOrder): void {
  const { parameters, operation } = request;
  const common = JSON.stringify([parameters, operation, idempotencyParameter]).length;
  if (common * rows.length <= MAX_TOTAL_CHARACTERS) return;
  throw new FerruleError('REQUEST_TOO_LARGE', 'The executions are too large together', {
    pointer: '/rows',
    expected: `at most ${MAX_TOTAL_CHARACTERS} characters, with what the rows have in common counted for each`,
    found: `${common} characters for each of ${rows.length} rows`,
  });
}

async function assertRoom(count: number, { store, queue }: Services): Promise<void> {
  const waiting = await store.queue.waiting(queue.maxWaiting);
  if (waiting + count <= queue.maxWaiting) return;
  throw new FerruleError('SERVER_BUSY', 'As many executions wait as may', {
    details: { limit: 'FERRULE_QUEUE_MAX_WAITING', value: queue.maxWaiting, waiting },
  });
}
