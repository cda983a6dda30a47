import { type Category, type ErrorCode, errorCodes, type Stage } from './error-codes.ts';

/** One problem, at one place. Serialisable; never holds a secret. */
export interface Issue {
  readonly code: ErrorCode;
  /** JSON pointer (RFC 6901) into the author's document; `''` is the whole document. */
  readonly pointer: string;
  /** A sentence that names the thing, without code and pointer. */
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
  /** The nearest known name, where a name was not known. */
  readonly suggestion?: string;
}

export interface FerruleErrorOptions {
  /** Overrides the stage of the code table. */
  readonly stage?: Stage;
  readonly pointer?: string | undefined;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly suggestion?: string | undefined;
  /** What to do; the remedy of the code table when left out. */
  readonly hint?: string | undefined;
  readonly retryable?: boolean;
  readonly issues?: readonly Issue[];
  /** Serialisable facts for programs: a limit and its value, a status code, a host. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What had happened up to the failure, when an execution failed: a `FailedExecutionReport`. */
  readonly report?: object | undefined;
  readonly cause?: unknown;
}

const BRAND = Symbol.for('ferrule.error');

/**
 * The one error class. `code` is from the closed table in `error-codes.ts`; the message begins with it.
 * `instanceof` works across copies of the package because it looks at a brand, not at the prototype.
 */
export class FerruleError extends Error {
  override readonly name = 'FerruleError';
  readonly code: ErrorCode;
  /** The message without code, place and expectation. */
  readonly summary: string;
  readonly stage: Stage;
  readonly category: Category;
  readonly retryable: boolean;
  /** JSON pointer into the definition, when a place in it is to blame. */
  readonly pointer: string | undefined;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly suggestion: string | undefined;
  readonly hint: string;
  /** Every problem, when several were found at once. */
  readonly issues: readonly Issue[];
  readonly details: Readonly<Record<string, unknown>>;
  /** What had happened up to the failure, when an execution failed: a `FailedExecutionReport`. */
  readonly report: object | undefined;

  /** `summary` is a sentence without code and pointer, in words a form author understands. */
  constructor(code: ErrorCode, summary: string, options: FerruleErrorOptions = {}) {
    super(
      toMessage(code, toSentence(summary), options),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    const row = errorCodes[code];
    this.code = code;
    this.summary = toSentence(summary);
    this.stage = options.stage ?? row.stage;
    this.category = row.category;
    this.retryable = options.retryable ?? row.retryable;
    this.pointer = options.pointer;
    this.expected = options.expected;
    this.found = options.found;
    this.suggestion = options.suggestion;
    this.hint = options.hint ?? row.remedy;
    this.issues = options.issues ?? [];
    this.details = options.details ?? {};
    this.report = options.report;
    Object.defineProperty(this, BRAND, { value: true });
    for (const name of this.#unsaid()) Object.defineProperty(this, name, { enumerable: false });
  }

  /** What consoles need not show: it is in the message, or there is nothing to show. The report repeats the error. */
  #unsaid(): readonly (keyof FerruleError)[] {
    const said = ['name', 'summary', 'issues', 'report'] as const;
    const optional = ['pointer', 'expected', 'found', 'suggestion'] as const;
    const missing = optional.filter(name => this[name] === undefined);
    return Object.keys(this.details).length === 0 ? [...said, ...missing, 'details'] : [...said, ...missing];
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  /** Plain data for logs and reports: everything but the stack and the cause. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      stage: this.stage,
      category: this.category,
      retryable: this.retryable,
      message: this.message,
      hint: this.hint,
      ...(this.pointer === undefined ? {} : { pointer: this.pointer }),
      ...(this.expected === undefined ? {} : { expected: this.expected }),
      ...(this.found === undefined ? {} : { found: this.found }),
      ...(this.suggestion === undefined ? {} : { suggestion: this.suggestion }),
      ...(this.issues.length === 0 ? {} : { issues: this.issues }),
      ...(Object.keys(this.details).length === 0 ? {} : { details: this.details }),
    };
  }
}

/** One line for one issue: `/config/method: expected GET or POST, found "get". Did you mean "GET"?` */
export function formatIssue(issue: Issue): string {
  return `${issue.pointer === '' ? '(document)' : issue.pointer}: ${withExpectation(issue.message, issue)}`;
}

/** Begins with a capital letter, unless the first word is a name: a host, a field, a quoted text. */
function toSentence(summary: string): string {
  return /^[a-z]+[ ,]/.test(summary) ? summary.charAt(0).toUpperCase() + summary.slice(1) : summary;
}

function toMessage(code: ErrorCode, summary: string, options: FerruleErrorOptions): string {
  const place = options.pointer === undefined || options.pointer === '' ? '' : `${options.pointer}: `;
  const lines = (options.issues ?? []).map(issue => `\n  - ${formatIssue(issue)}`);
  return `${code}: ${place}${withExpectation(summary, options)}${lines.join('')}`;
}

function withExpectation(
  summary: string,
  parts: {
    readonly expected?: string | undefined;
    readonly found?: string | undefined;
    readonly suggestion?: string | undefined;
  },
): string {
  const expectation = [
    parts.expected === undefined ? undefined : `expected ${parts.expected}`,
    parts.found === undefined ? undefined : `found ${parts.found}`,
  ].filter(part => part !== undefined);
  const middle = expectation.length === 0 ? '' : ` (${expectation.join(', ')})`;
  const question = parts.suggestion === undefined ? '' : ` Did you mean "${parts.suggestion}"?`;
  return `${summary}${middle}.${question}`;
}
