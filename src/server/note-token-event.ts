import type { TokenEvent } from '../index.ts';
import type { EventRecorder } from './event-recorder.ts';

/** Token events that change something. That one was served, or is being asked for, is no news. */
const WORTH_KEEPING: ReadonlySet<TokenEvent['type']> = new Set([
  'token_renewed',
  'token_rejected',
  'token_backed_off',
  'token_needs_reauth',
]);

export function noteTokenEvent(connectionId: string, event: TokenEvent, events: EventRecorder): void {
  if (!WORTH_KEEPING.has(event.type) || event.reason === 'still_waiting') return;
  const { type, connection: _connection, atMs: _atMs, ...facts } = event;
  events.record({ connectionId, kind: 'token', details: { event: type, ...facts } });
}
