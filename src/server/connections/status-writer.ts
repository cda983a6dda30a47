import type { Clock } from '../../index.ts';
import type { ConnectionState, ConnectionStore, StoredConnection } from '../../store.ts';
import type { Log } from '../log.ts';

/** An unchanged state is written anew this often: another server may have written another meanwhile. */
const REWRITE_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** Writes what executions and tests say about a connection into its status. */
export interface StatusWriter {
  /** Nothing waits for it. `reason` is a sentence without secrets. */
  write(connection: StoredConnection, state: ConnectionState, reason: string | undefined): void;
}

export function createStatusWriter(connections: ConnectionStore, clock: Clock, log: Log): StatusWriter {
  const written = new Map<string, { readonly state: ConnectionState; readonly atMs: number }>();
  return {
    write({ id, status }, state, reason) {
      const last = written.get(id) ?? status;
      const atMs = clock.now();
      if (last.state === state && atMs - last.atMs < REWRITE_MS) return;
      if (written.size >= MAX_REMEMBERED) written.clear();
      written.set(id, { state, atMs });
      connections.setStatus(id, { state, reason, atMs }).catch(error => {
        // The next outcome writes it; the answer to the caller does not depend on it.
        written.delete(id);
        log.warn('status_not_written', { connectionId: id, error: String(error) });
      });
    },
  };
}
