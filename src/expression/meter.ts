import { type Clock, systemClock } from '../base/clock.ts';
import { FerruleError, type FerruleErrorOptions } from '../errors/ferrule-error.ts';

/** How much one evaluation may use. Each limit is an error of its own, EXPRESSION_BUDGET, that names it. */
export interface ExpressionBudget {
  /** Units of work, each at most about 100 ns: one part of a callback, one compared element, 32 scanned characters. */
  readonly maxSteps: number;
  /** Characters of one text an expression makes. */
  readonly maxStringLength: number;
  /** Elements of one list an expression makes. */
  readonly maxArrayLength: number;
  /** Cells made in total: one per element, one per object member, one per 8 characters. */
  readonly maxCells: number;
  /** Levels of nesting of data that is walked: written as JSON, flattened, joined. */
  readonly maxDepth: number;
  /** Milliseconds. A backstop: looked at only by evaluations that work hard. */
  readonly maxTimeMs: number;
}

/** The defaults; `docs/expressions.md` lists them and a test compares the two. */
export const defaultExpressionBudget: ExpressionBudget = {
  maxSteps: 1_500_000,
  maxStringLength: 4_194_304,
  maxArrayLength: 500_000,
  maxCells: 1_000_000,
  maxDepth: 200,
  maxTimeMs: 150,
};

/** What evaluations have used so far. One object shared by several makes them share one budget. */
export interface ExpressionUsage {
  steps: number;
  cells: number;
  nextTimeCheck: number;
  startedAtMs: number | undefined;
}

/** Reading the clock costs about 40 ns, so it is read once in so many steps. */
const STEPS_PER_TIME_CHECK = 4096;
const MAX_QUOTED_SOURCE = 120;

/** Nothing used yet. */
export function createUsage(): ExpressionUsage {
  return { steps: 0, cells: 0, nextTimeCheck: STEPS_PER_TIME_CHECK, startedAtMs: undefined };
}

export interface MeterOptions {
  readonly source: string;
  readonly pointer: string;
  readonly budget: ExpressionBudget;
  readonly clock?: Clock | undefined;
  readonly usage?: ExpressionUsage | undefined;
  /** Time and chance stand still. */
  readonly stable?: boolean | undefined;
}

/**
 * Counts what one evaluation uses and words its errors. Work is charged before it is done, so that no single
 * built-in can overrun.
 */
export class Meter {
  readonly budget: ExpressionBudget;
  readonly clock: Clock;
  /** True when time and chance stand still: nothing made then is sent. */
  readonly isStable: boolean;
  /** Set when a value was made that may not leave as it is (a date, a match); see `expression-output.ts`. */
  needsOutputCopy = false;
  readonly #source: string;
  readonly #pointer: string;
  readonly #usage: ExpressionUsage;

  constructor({ source, pointer, budget, clock = systemClock, usage = createUsage(), stable }: MeterOptions) {
    this.#source = source;
    this.#pointer = pointer;
    this.#usage = usage;
    this.budget = budget;
    this.isStable = stable === true;
    this.clock = this.isStable ? stoppedClock : clock;
  }

  /** Charges work. */
  spend(steps: number): void {
    this.#usage.steps += steps;
    if (this.#usage.steps > this.budget.maxSteps)
      this.#exceeded('maxSteps', 'more work than its budget allows');
    if (this.#usage.steps >= this.#usage.nextTimeCheck) {
      this.#usage.nextTimeCheck = this.#usage.steps + STEPS_PER_TIME_CHECK;
      this.checkTime();
    }
  }

  /** Charges reading `length` characters, about 32 for one step. */
  scan(length: number): void {
    this.spend(1 + (length >>> 5));
  }

  /** Charges new elements or members. */
  allocate(cells: number): void {
    this.#usage.cells += cells;
    if (this.#usage.cells > this.budget.maxCells)
      this.#exceeded('maxCells', 'more memory than its budget allows');
  }

  /** Charges a new list. */
  list(length: number): void {
    if (length > this.budget.maxArrayLength) {
      this.#exceeded('maxArrayLength', 'a list longer than its budget allows');
    }
    this.allocate(length);
    this.spend(length >>> 2);
  }

  /** Charges a new text of `length` characters, `copied` of which are new in memory. */
  text(length: number, copied = length): void {
    if (length > this.budget.maxStringLength) {
      this.#exceeded('maxStringLength', 'a text longer than its budget allows');
    }
    this.allocate(copied / 8);
  }

  /** Refuses data nested deeper than the budget. */
  depth(levels: number): void {
    if (levels > this.budget.maxDepth)
      this.#exceeded('maxDepth', 'data nested deeper than its budget allows');
  }

  /** Refuses to go on when the time is up. The clock starts with the first look. */
  checkTime(): void {
    const now = performance.now();
    this.#usage.startedAtMs ??= now;
    if (now - this.#usage.startedAtMs > this.budget.maxTimeMs) {
      this.#exceeded('maxTimeMs', 'more time than its budget allows');
    }
  }

  /** The error for data that does not fit the expression. `reason` is a clause; it never quotes a value. */
  failure(reason: string, options: Pick<FerruleErrorOptions, 'expected' | 'found'> = {}): FerruleError {
    return new FerruleError('EXPRESSION_FAILED', `The expression ${quote(this.#source)} failed: ${reason}`, {
      pointer: this.#pointer,
      ...options,
    });
  }

  #exceeded(limit: keyof ExpressionBudget, what: string): never {
    const value = this.budget[limit];
    throw new FerruleError(
      'EXPRESSION_BUDGET',
      `The expression ${quote(this.#source)} needs ${what} (${limit}: ${value})`,
      { pointer: this.#pointer, details: { limit, value } },
    );
  }
}

const stoppedClock: Clock = {
  now: () => 0,
  monotonicNow: () => 0,
  after: () => ({ cancel: () => undefined }),
};

/** The source in backticks, cut where it is long. */
export function quote(source: string): string {
  const line = source.trim().replaceAll(/\s+/g, ' ');
  return `\`${line.length > MAX_QUOTED_SOURCE ? `${line.slice(0, MAX_QUOTED_SOURCE)}…` : line}\``;
}
