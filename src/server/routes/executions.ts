import { FerruleError } from '../../index.ts';
import type { WorkItem, WorkState } from '../../store.ts';
import { toUuid } from '../documents/json.ts';
import { executionQuery } from '../execution/call-options.ts';
import { enqueue } from '../queue/enqueue.ts';
import { decodeWorkResult } from '../queue/work-result.ts';
import { readNumber } from '../read-query.ts';
import { ok, type Reply, type Route, type RouteCall } from '../route.ts';
import type { Services } from '../services.ts';

const MAX_LISTED = 500;
const STATES: readonly WorkState[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];
const { debug, har, lenient, timeoutMs } = executionQuery;

/** Executions that are accepted now and done later. Their outputs are for those who may execute. */
export const executionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/executions',
    scope: 'execute',
    description: {
      summary: 'Accepts executions of an operation, one or one per row, to be done later.',
      query: { debug, har, lenient, timeoutMs },
      request: 'Executions_Config',
      responses: { 202: 'Executions_Accepted', 400: 'Error_Response', 503: 'Error_Response' },
    },
    answer: enqueue,
  },
  {
    method: 'GET',
    path: '/api/executions',
    scope: 'execute',
    description: {
      summary: 'The executions, newest first, without what came of them.',
      query: {
        connectionId: 'Only those of this connection.',
        batch: 'Only those that were accepted together.',
        state: `Only those in this state: ${STATES.join(', ')}.`,
        before: 'Only those before this sequence: the next page.',
        limit: `How many, at most ${MAX_LISTED}; 100 when left out.`,
      },
      responses: { 200: 'Executions' },
    },
    async answer({ query }, { store }) {
      const items = await store.queue.list({
        connectionId: readUuid(query, 'connectionId'),
        batchId: readUuid(query, 'batch'),
        state: readState(query),
        before: readNumber(query, 'before'),
        limit: Math.min(readNumber(query, 'limit') ?? 100, MAX_LISTED),
      });
      return ok(items.map(toResource));
    },
  },
  {
    method: 'GET',
    path: '/api/executions/:id',
    scope: 'execute',
    description: {
      summary: 'An execution: its state and, when it has ended, outputs, report and error.',
      responses: { 200: 'Execution', 404: 'Not_Found_Error_Response' },
    },
    answer: async (call, services) => ok(await toWhole(await find(call, services), services)),
  },
  {
    method: 'POST',
    path: '/api/executions/:id/cancel',
    scope: 'execute',
    description: {
      summary: 'What waits is never begun, and what runs is ended soon. What has ended stays as it is.',
      responses: { 200: 'Execution', 404: 'Not_Found_Error_Response' },
    },
    answer: (call, services) => change(call, services, id => services.store.queue.cancel(id)),
  },
  {
    method: 'POST',
    path: '/api/executions/:id/retry',
    scope: 'execute',
    description: {
      summary: 'Begins an execution anew that failed or was cancelled.',
      responses: { 200: 'Execution', 404: 'Not_Found_Error_Response', 409: 'Error_Response' },
    },
    async answer(call, services) {
      const { operationId } = await find(call, services);
      if (operationId === undefined)
        call.demand('manage', 'An operation written in the request may not be executed');
      return change(call, services, id => services.store.queue.retry(id));
    },
  },
  {
    method: 'DELETE',
    path: '/api/executions/:id',
    scope: 'execute',
    description: {
      summary:
        'Forgets an execution with its request and its outputs. One that runs has to be cancelled first.',
      responses: { 200: 'Execution', 404: 'Not_Found_Error_Response', 409: 'Error_Response' },
    },
    async answer(call, services) {
      const item = await find(call, services);
      await services.store.queue.remove(item.id);
      return ok(toResource(item));
    },
  },
];

async function find({ params }: RouteCall, { store }: Services): Promise<WorkItem> {
  const id = toUuid(params['id']);
  const item = id === undefined ? undefined : await store.queue.get(id);
  return item ?? missing();
}

async function change(
  call: RouteCall,
  services: Services,
  step: (id: string) => Promise<WorkItem | undefined>,
): Promise<Reply> {
  const { id } = await find(call, services);
  return ok(await toWhole((await step(id)) ?? missing(), services));
}

async function toWhole(item: WorkItem, { store }: Services) {
  const result = await store.queue.result(item.id);
  return { ...toResource(item), ...(result === undefined ? {} : decodeWorkResult(result)) };
}

function toResource({ principal: _principal, ...item }: WorkItem) {
  const { createdAtMs, dueAtMs, startedAtMs, finishedAtMs, expiresAtMs, code, ...rest } = item;
  return {
    ...rest,
    operationId: item.operationId ?? null,
    code: code ?? null,
    createdAt: toTime(createdAtMs),
    dueAt: toTime(dueAtMs),
    startedAt: toTime(startedAtMs),
    finishedAt: toTime(finishedAtMs),
    expiresAt: toTime(expiresAtMs),
  };
}

function toTime(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}

function readUuid(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  return text === null ? undefined : (toUuid(text) ?? invalid(name, 'an id'));
}

function readState(query: URLSearchParams): WorkState | undefined {
  const text = query.get('state');
  return text === null
    ? undefined
    : (STATES.find(state => state === text) ?? invalid('state', STATES.join(', ')));
}

function invalid(name: string, expected: string): never {
  throw new FerruleError('REQUEST_INVALID', `The query parameter ${name} cannot be used`, { expected });
}

function missing(): never {
  throw new FerruleError('NOT_FOUND', 'There is no such execution');
}
