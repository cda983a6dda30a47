import { type Engine, FerruleError, type Redactor, type TokenEvent } from '../../index.ts';
import type { Change, Store } from '../../store.ts';
import { credentialsOf } from '../documents/credential-places.ts';
import { readConnectionDocument } from '../documents/stored-documents.ts';
import { type OpenConnection, openConnection } from './open-connection.ts';

/** Connections that are kept compiled; the one not used for longest goes. */
const MAX_OPEN = 2_000;

export interface ConnectionPoolParts {
  readonly store: Store;
  readonly engine: Engine;
  readonly redactor: Redactor;
  /** Told what happens to the tokens of a connection. */
  readonly onTokenEvent: (connectionId: string, event: TokenEvent) => void;
}

/** The stored connections, each compiled once and kept until somebody, on any machine, changes it. */
export interface ConnectionPool {
  /** @throws FerruleError NOT_FOUND, or the problems of the connection */
  open(id: string): Promise<OpenConnection>;
  /** Forgets what is kept of a connection: it, its secrets or its operations were changed. */
  drop(id: string): void;
  close(): void;
}

interface Entry {
  readonly opening: Promise<OpenConnection>;
}

export function createConnectionPool({
  store,
  engine,
  redactor,
  onTokenEvent,
}: ConnectionPoolParts): ConnectionPool {
  const entries = new Map<string, Entry>();

  const load = async (id: string): Promise<OpenConnection> => {
    const whole = await store.connections.getWhole(id);
    if (whole === undefined) throw new FerruleError('NOT_FOUND', 'There is no such connection');
    const secrets = await store.secrets.read(id);
    for (const secret of secrets.values()) redactor.add(secret);
    const { config } = readConnectionDocument(whole.connection);
    for (const text of credentialsOf(config)) redactor.addText(text);
    const onEvent = (event: TokenEvent) => onTokenEvent(id, event);
    const options = { tokenStore: store.tokens.of(id), tokenOwner: id, onEvent };
    return openConnection(
      { stored: whole.connection, operations: whole.operations, secrets, options },
      engine,
    );
  };

  const drop = (id: string) => {
    const entry = entries.get(id);
    if (entry === undefined) return;
    entries.delete(id);
    // Whoever executes on it goes on; idle sockets go, so that the next call opens its own.
    entry.opening.then(({ connection }) => connection.releaseSockets()).catch(ignore);
  };

  const unsubscribe = store.changes.subscribe((change: Change) => {
    if (change.kind === 'connection') drop(change.connectionId);
    if (change.kind === 'everything') for (const id of [...entries.keys()]) drop(id);
  });

  return {
    drop,
    open(id) {
      const known = entries.get(id);
      if (known !== undefined) {
        entries.delete(id);
        entries.set(id, known);
        return known.opening;
      }
      const opening = load(id);
      const entry = { opening };
      entries.set(id, entry);
      // A failure is not kept: what is missing may be there the next time.
      opening.catch(() => {
        if (entries.get(id) === entry) entries.delete(id);
      });
      const oldest = entries.size > MAX_OPEN ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      return opening;
    },
    close() {
      unsubscribe();
      entries.clear();
    },
  };
}

/** Opening failed, which its callers were told, or closing idle sockets did, which the next call does not need. */
function ignore(): void {}
