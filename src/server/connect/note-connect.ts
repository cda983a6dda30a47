import type { FerruleError } from '../../index.ts';
import { anonymous } from '../authentication/principal.ts';
import { noteFailure } from '../note-failure.ts';
import type { Services } from '../services.ts';

/** One step of connecting, as the event log of the connection keeps it. */
export interface ConnectStep {
  readonly event: 'link_made' | 'connected' | 'failed' | 'disconnected';
  /** Who asked for it; left out for a person at a browser, of whom nothing is known. */
  readonly principal?: string;
  readonly [fact: string]: unknown;
}

export function noteConnect(
  connectionId: string,
  step: ConnectStep,
  { events }: Pick<Services, 'events'>,
): void {
  events.record({ connectionId, kind: 'authorization', details: step });
}

/**
 * What a browser did not get to. A state or link that is not good may be an attack, so it is an audit event like every
 * refusal; of a connection that is known, its own event log tells all of it.
 */
export function noteConnectFailure(
  connectionId: string | undefined,
  error: FerruleError,
  path: string,
  services: Pick<Services, 'events' | 'log'>,
): void {
  noteFailure(error, { method: 'GET', path, principal: anonymous.id }, services, connectionId);
  const { code, summary: reason } = error;
  services.log.warn('connect_failed', { connectionId, code, reason });
  if (connectionId !== undefined) noteConnect(connectionId, { event: 'failed', code, reason }, services);
}
