import type { AuthStrategy } from '../auth/auth-strategy.ts';
import type { Clock } from '../base/clock.ts';
import type { Redactor } from '../base/redactor.ts';
import type { ConnectionPlan } from '../compile/connection-plan.ts';
import type { Transport } from '../transport/transport.ts';
import type { Channels } from './channels.ts';
import type { ExecutionEvents } from './execution-events.ts';
import type { ExecutionLog } from './execution-log.ts';
import type { ExpiryTexts } from './expiry-texts.ts';
import type { SecretReader } from './secret-reader.ts';

/** What every execution of one connection works with. Built once per connection. */
export interface ExecutionContext {
  readonly plan: ConnectionPlan;
  readonly strategy: AuthStrategy;
  /** Leads from a place that the plan names to the author's document. */
  readonly toSourcePointer: (pointer: string) => string;
  /** Stands for the connection in the names of tokens that a person gave. */
  readonly tokenOwner: string;
  readonly secrets: SecretReader;
  readonly transport: Transport;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly expiryTexts: ExpiryTexts;
  /** Whether a known secret occurs in a text. */
  readonly isSecretText: (text: string) => boolean;
  /** Lets the value of a cookie be masked. */
  readonly rememberCookie: (value: string) => void;
  /** Aborted when the engine closes; sockets end by themselves then, other waits have to look. */
  readonly closing: AbortSignal;
  readonly events: ExecutionEvents;
  readonly log: ExecutionLog | undefined;
}

/** What a caller may say about one execution. */
export interface CallOptions {
  /** Aborts the execution wherever it is; the error has code ABORTED and the signal's reason as cause. */
  readonly signal?: AbortSignal;
  /** Milliseconds for everything; the connection's `timeouts.totalMs` when left out. */
  readonly timeoutMs?: number;
  /** Missing and unknown parameters become diagnostics instead of errors. */
  readonly lenient?: boolean;
  /**
   * Whether a write (POST, PATCH) is sent once more when its answer rejects the credential in another way than by 401,
   * which always allows it. What the definition says when left out.
   */
  readonly replayWrites?: boolean;
  /** Adds the raw answer to the report. */
  readonly debug?: boolean;
  /** Adds the operation's requests and answers to the report as an HTTP Archive, secrets masked. */
  readonly har?: boolean;
  /**
   * Of a stream of server-sent events, asked for by GET: connect again when it ends or breaks off, after the time the
   * server asks for, and go on behind the last event. `timeoutMs` then holds for each connection.
   */
  readonly reconnect?: boolean;
  /** Of a stream that may reconnect: the id of the last event of an earlier one, to go on behind it. */
  readonly lastEventId?: string;
}
