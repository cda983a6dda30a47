import type { FerruleError } from '../../index.ts';
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

/** What a browser did not get to is told in the logs as well: it may be an attack. */
export function noteConnectFailure(
  connectionId: string | undefined,
  { code, summary }: FerruleError,
  services: Pick<Services, 'events' | 'log'>,
): void {
  services.log.warn('connect_failed', { connectionId, code, reason: summary });
  // Without a connection anybody could fill the event log of the server.
  if (connectionId !== undefined) {
    noteConnect(connectionId, { event: 'failed', code, reason: summary }, services);
  }
}
