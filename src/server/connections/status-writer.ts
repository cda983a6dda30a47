import type { Clock } from '../../index.ts';
import type { ConnectionState, ConnectionStore, StoredConnection } from '../../store.ts';
import type { Log } from '../log.ts';

/** After this time an unchanged state is compared with the stored one: another server may have written another. */
const TRUSTED_MS = 30_000;
const MAX_REMEMBERED = 10_000;

/** Writes what executions, tests and tokens say about a connection into its status. */
export interface StatusWriter {
  /** Nothing waits for it. `reason` is a sentence without secrets. */
  write(connection: Pick<StoredConnection, 'id'>, state: ConnectionState, reason?: string): void;
  /** Resolves when everything said so far has been written, or could not be. */
  flush(): Promise<void>;
}

/** The time of a status is when it began: a state that goes on is not written again. */
export function createStatusWriter(connections: ConnectionStore, clock: Clock, log: Log): StatusWriter {
  const known = new Map<string, { readonly state: ConnectionState; readonly atMs: number }>();
  /** One after the other for each connection, so that the last one said is the last one written. */
  const writing = new Map<string, Promise<void>>();

  const compare = async (id: string, state: ConnectionState, reason: string | undefined, atMs: number) => {
    try {
      const stored = await connections.get(id);
      if (stored === undefined || stored.status.state === state) return;
      await connections.setStatus(id, { state, reason, atMs });
    } catch (error) {
      // The next outcome writes it; the answer to the caller does not depend on it.
      known.delete(id);
      log.warn('status_not_written', { connectionId: id, error: String(error) });
    }
  };

  return {
    write({ id }, state, reason) {
      const atMs = clock.now();
      const last = known.get(id);
      if (last?.state === state && atMs - last.atMs < TRUSTED_MS) return;
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(id, { state, atMs });
      const earlier = writing.get(id) ?? Promise.resolve();
      const written = earlier.then(() => compare(id, state, reason, atMs));
      writing.set(id, written);
      void written.then(() => {
        if (writing.get(id) === written) writing.delete(id);
      });
    },
    async flush() {
      await Promise.all(writing.values());
    },
  };
}
