import type { StoredEvent, TokenSummary } from '../../store.ts';
import { toStatus } from '../documents/resources.ts';
import { readNumber, readText } from '../read-query.ts';
import { ok, type Route } from '../route.ts';
import { findConnection } from './connections.ts';

const MAX_EVENTS = 500;
const HEALTH_EVENTS = 200;

const eventQuery = {
  kind: 'Only events of this kind, such as request, test, token or refusal.',
  before: 'Only events before this sequence: the next page.',
  limit: `How many, at most ${MAX_EVENTS}; 100 when left out.`,
};

/** What happened, and how connections are. */
export const observationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/connections/:id/events',
    scope: 'read',
    description: {
      summary: 'What happened to a connection, newest first.',
      query: eventQuery,
      responses: { 200: 'Events', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, { store, events }) {
      const { id } = await findConnection(call, store.connections);
      await events.flush();
      return ok(
        (await store.events.list({ connectionId: id, ...readPage(call.query) })).map(toEventResource),
      );
    },
  },
  {
    method: 'GET',
    path: '/api/events',
    scope: 'manage',
    description: {
      summary: 'What happened to the server itself, such as refused requests, newest first.',
      query: eventQuery,
      responses: { 200: 'Events' },
    },
    async answer({ query }, { store, events }) {
      await events.flush();
      return ok(
        (await store.events.list({ connectionId: undefined, ...readPage(query) })).map(toEventResource),
      );
    },
  },
  {
    method: 'GET',
    path: '/api/connections/:id/health',
    scope: 'read',
    description: {
      summary: 'How a connection is: its status, what worked and failed last, and its tokens.',
      responses: { 200: 'Connection_Health', 404: 'Not_Found_Error_Response' },
    },
    async answer(call, { store, events }) {
      const { id, name, status } = await findConnection(call, store.connections);
      await events.flush();
      const [recent, tokens] = await Promise.all([
        store.events.list({ connectionId: id, limit: HEALTH_EVENTS }),
        store.tokens.list(id),
      ]);
      const outcomes = recent.filter(isAboutConnection);
      const last = (passed: boolean) => outcomes.find(({ details }) => details['ok'] === passed);
      return ok({
        id,
        name,
        ...toStatus(status),
        lastSuccess: toOptional(last(true)),
        lastFailure: toOptional(last(false)),
        tokens: tokens.filter(isToken).map(({ expiresAtMs, needsReauth, updatedAtMs }) => ({
          expiresAt: expiresAtMs === undefined || !Number.isFinite(expiresAtMs) ? null : toTime(expiresAtMs),
          needsReauth,
          updatedAt: toTime(updatedAtMs),
        })),
      });
    },
  },
];

/** Not the note that the state of an authorization was used, which is kept where tokens are. */
function isToken({ expiresAtMs, needsReauth }: TokenSummary): boolean {
  return expiresAtMs !== undefined || needsReauth;
}

/** Wrong parameters and callers who left say nothing about the connection. */
function isAboutConnection({ kind, details }: StoredEvent): boolean {
  if (kind === 'test') return true;
  const { category } = details;
  return kind === 'request' && category !== 'input' && category !== 'definition' && category !== 'usage';
}

function readPage(query: URLSearchParams) {
  const kind = readText(query, 'kind');
  const limit = Math.min(readNumber(query, 'limit') ?? 100, MAX_EVENTS);
  return { kind, before: readNumber(query, 'before'), limit };
}

function toEventResource({ sequence, kind, atMs, details }: StoredEvent) {
  return { sequence, kind, at: toTime(atMs), details };
}

function toOptional(event: StoredEvent | undefined) {
  return event === undefined ? null : toEventResource(event);
}

function toTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
