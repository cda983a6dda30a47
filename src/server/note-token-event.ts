import type { TokenEvent } from '../index.ts';
import type { Services } from './services.ts';

/** Token events that change something. That one was served, or is being asked for, is no news. */
const WORTH_KEEPING: ReadonlySet<TokenEvent['type']> = new Set([
  'token_renewed',
  'token_rejected',
  'token_backed_off',
  'token_needs_reauth',
]);

/** Keeps the event, and the end of an authorization in the status as well. */
export function noteTokenEvent(
  connectionId: string,
  event: TokenEvent,
  { events, statuses }: Pick<Services, 'events' | 'statuses'>,
): void {
  if (!WORTH_KEEPING.has(event.type) || event.reason === 'still_waiting') return;
  const { type, connection: _connection, atMs: _atMs, ...facts } = event;
  events.record({ connectionId, kind: 'token', details: { event: type, ...facts } });
  if (event.type === 'token_needs_reauth') {
    const why = event.reason === '' ? '' : `: ${event.reason}`;
    statuses.write({ id: connectionId }, 'needs_reauth', `The connection must be authorised again${why}`);
  }
}
