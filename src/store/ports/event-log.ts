/**
 * What happened to a connection, append-only: nothing changes or deletes an event but age, number and the deletion of
 * its connection. Events hold no secrets; whoever appends has masked them.
 */
export interface EventLog {
  /** All in one step, in this order. */
  append(events: readonly EventDraft[]): Promise<void>;
  /** Newest first. */
  list(options: ListEventsOptions): Promise<readonly StoredEvent[]>;
}

export interface EventDraft {
  /** Undefined: an event of the server itself, such as a refused request. */
  readonly connectionId: string | undefined;
  /** What kind of event, such as `test`, `token`, `request`, `refusal`. */
  readonly kind: string;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface StoredEvent extends EventDraft {
  /** Grows with every event; the place to go on from. */
  readonly sequence: number;
}

export interface ListEventsOptions {
  readonly connectionId: string | undefined;
  readonly kind?: string | undefined;
  /** Events before this sequence. */
  readonly before?: number | undefined;
  /** 100 when left out. */
  readonly limit?: number | undefined;
}

export interface EventLimits {
  /** Per connection, and for the server itself; 1,000 when left out. */
  readonly maxEvents?: number | undefined;
  /** Milliseconds; 30 days when left out. */
  readonly maxAgeMs?: number | undefined;
}
