import type { SecretValue } from '../../base/secret-value.ts';

/**
 * Executions that are done later, by whoever is there to do them. What was enqueued is there until its result is past
 * its time: it is begun at least once, and after its worker died begun again, as often as `maxAttempts` says. What is
 * asked and what came of it may hold personal data, so both are encrypted like secrets.
 */
export interface WorkQueue {
  /**
   * All or nothing, durable when fulfilled. An id that is there already is left as it is: enqueuing the same twice is
   * enqueuing it once. STORE_NOT_FOUND when there is no such connection.
   */
  enqueue(drafts: readonly WorkDraft[]): Promise<void>;
  get(id: string): Promise<WorkItem | undefined>;
  /** Newest first. */
  list(options?: ListWorkOptions): Promise<readonly WorkItem[]>;
  /** What its worker kept of it; undefined when there is nothing. */
  result(id: string): Promise<SecretValue | undefined>;
  /** How many wait to be begun, counted no further than `most`. */
  waiting(most: number): Promise<number>;
  /** What waits never begins; what runs is asked to end. Undefined when there is none; what has ended stays as it is. */
  cancel(id: string): Promise<WorkItem | undefined>;
  /** Begins what failed or was cancelled once more, with all of its attempts. WORK_STATE when it did not end so. */
  retry(id: string): Promise<WorkItem | undefined>;
  /** Forgets it, with request and result. WORK_STATE while it runs. False when there is none. */
  remove(id: string): Promise<boolean>;
  readonly claims: WorkClaims;
}

/** What workers do. A claim belongs to its owner until the lease is over; afterwards its methods change nothing. */
export interface WorkClaims {
  /** Takes up to `limit` executions that are due, each for one worker alone. */
  claim(request: WorkClaimRequest): Promise<readonly ClaimedWork[]>;
  /**
   * Asks to send now, for a connection whose definition limits its rate: by all workers together no more is begun
   * than that, evenly spaced. What has to wait longer than a second goes back into the queue until its turn.
   */
  permit(work: ClaimedWork, rate: WorkRate): Promise<WorkPermit>;
  /** Back into the queue for a while, with the code of what went wrong. Without `counts` the attempt was none. */
  postpone(work: ClaimedWork, delay: WorkDelay): Promise<boolean>;
  finish(work: ClaimedWork, outcome: WorkOutcome): Promise<boolean>;
  /**
   * Extends the leases of these, and tells which of them the owner still has: the others were lost. What an owner does
   * not know that it has (its database was lost while it claimed) is not extended, and so comes back.
   */
  renew(leases: WorkLeases): Promise<readonly HeldWork[]>;
  /** Puts what dead workers left back into the queue, or ends it when it has no attempt left. Gives their number. */
  recover(): Promise<number>;
}

export type WorkState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface WorkDraft {
  /** A UUID. */
  readonly id: string;
  /** Names those that were enqueued together. */
  readonly batchId: string;
  readonly connectionId: string;
  readonly operationId: string | undefined;
  /** Who asked for it. */
  readonly principal: string;
  /** What its worker needs; the caller's own text. */
  readonly request: SecretValue;
  /** How often it may be begun. */
  readonly maxAttempts: number;
  /** How long it is kept when it has ended, result included. */
  readonly keepMs: number;
}

export interface WorkItem {
  readonly id: string;
  /** Grows with every execution; the place to go on from. */
  readonly sequence: number;
  readonly batchId: string;
  readonly connectionId: string;
  readonly operationId: string | undefined;
  readonly principal: string;
  readonly state: WorkState;
  /** Begun so often. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly cancelRequested: boolean;
  /** What went wrong last: a code of `errorCodes`. */
  readonly code: string | undefined;
  /** Milliseconds since the Unix epoch, as all times here. */
  readonly createdAtMs: number;
  /** It is not begun before. */
  readonly dueAtMs: number;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
  /** When it is forgotten. */
  readonly expiresAtMs: number | undefined;
}

export interface ListWorkOptions {
  readonly connectionId?: string | undefined;
  readonly state?: WorkState | undefined;
  readonly batchId?: string | undefined;
  /** Those before this sequence. */
  readonly before?: number | undefined;
  /** 100 when left out. */
  readonly limit?: number | undefined;
}

export interface WorkClaimRequest {
  readonly owner: string;
  readonly leaseMs: number;
  readonly limit: number;
}

export interface ClaimedWork {
  readonly item: WorkItem;
  readonly owner: string;
  readonly request: SecretValue;
}

/** The `rateLimit` of a definition, as far as it is about when to begin. */
export interface WorkRate {
  readonly requests: number | null;
  readonly perMs: number;
  readonly concurrency: number | null;
}

export type WorkPermit =
  /** May be sent in so many milliseconds. */
  | { readonly state: 'granted'; readonly waitMs: number }
  | { readonly state: 'postponed' }
  | { readonly state: 'lost' };

export interface WorkDelay {
  readonly delayMs: number;
  readonly counts: boolean;
  readonly code?: string | undefined;
}

export interface WorkOutcome {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly code?: string | undefined;
  readonly result?: SecretValue | undefined;
}

export interface WorkLeases {
  readonly owner: string;
  readonly ids: readonly string[];
  readonly leaseMs: number;
}

export interface HeldWork {
  readonly id: string;
  readonly cancelRequested: boolean;
}
