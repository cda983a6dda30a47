import type { Clock, Engine, Redactor } from '../index.ts';
import type { RotationReport, Store } from '../store.ts';
import type { ConnectionPool } from './connections/connection-pool.ts';
import type { StatusWriter } from './connections/status-writer.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Log } from './log.ts';
import type { QueueSettings } from './settings.ts';

/** What routes work with, given by whoever creates the server. */
export interface Services {
  readonly store: Store;
  readonly engine: Engine;
  /** The stored connections, compiled. */
  readonly connections: ConnectionPool;
  readonly events: EventRecorder;
  readonly statuses: StatusWriter;
  readonly log: Log;
  readonly clock: Clock;
  /** Knows the secrets of every connection that is open, for what the server itself writes down. */
  readonly redactor: Redactor;
  readonly trustDefinitions: boolean;
  readonly queue: QueueSettings;
  /** Origins that browsers may be sent to after a connection was authorised. */
  readonly returnOrigins: readonly string[];
  /** Where browsers reach the server, without a slash at the end. */
  publicUrl(): string;
  /** Takes a new encryption key where the server makes its own, and puts everything stored under the current one. */
  rotateKey(signal: AbortSignal): Promise<RotationReport>;
}
