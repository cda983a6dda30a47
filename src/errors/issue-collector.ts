import type { ErrorCode } from './error-codes.ts';
import { FerruleError, type Issue } from './ferrule-error.ts';

/** Gathers problems so that an author sees all of them at once. */
export class IssueCollector {
  readonly #issues: Issue[] = [];
  /** Of each issue, place and message. */
  #known: Set<string> | undefined;
  readonly #toSourcePointer: (pointer: string) => string;

  readonly #mask: (issue: Issue) => Issue;

  /** `toSourcePointer` leads from a place in the normalised document to the place in the author's; `mask` hides secrets. */
  constructor(
    toSourcePointer: (pointer: string) => string = pointer => pointer,
    mask: (issue: Issue) => Issue = issue => issue,
  ) {
    this.#toSourcePointer = toSourcePointer;
    this.#mask = mask;
  }

  get isEmpty(): boolean {
    return this.#issues.length === 0;
  }

  /** What was recorded so far, with pointers into the author's document. */
  get list(): readonly Issue[] {
    return [...this.#issues];
  }

  /** Records an issue, once: what several operations share is judged for each of them. */
  add(issue: Issue): void {
    const placed = this.#mask({ ...issue, pointer: this.#toSourcePointer(issue.pointer) });
    const key = `${placed.pointer}\n${placed.message}`;
    // Most definitions have none.
    this.#known ??= new Set();
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#issues.push(placed);
  }

  /**
   * Runs `work`; when it throws a FerruleError, records it at `pointer` (unless the error names its own place)
   * and returns undefined. Other errors are defects and pass through.
   */
  attempt<Result>(pointer: string, work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FerruleError)) throw error;
      for (const issue of toIssues(error, pointer)) this.add(issue);
      return undefined;
    }
  }

  /** Throws one error that lists every issue, or returns when there is none. */
  throwIfAny(code: ErrorCode, summary: (count: string) => string): void {
    if (this.isEmpty) return;
    const count = this.#issues.length === 1 ? 'one problem' : `${this.#issues.length} problems`;
    throw new FerruleError(code, summary(count), { issues: [...this.#issues] });
  }
}

function toIssues(error: FerruleError, pointer: string): readonly Issue[] {
  if (error.issues.length > 0) return error.issues;
  const { code, summary, expected, found, suggestion } = error;
  return [
    {
      code,
      pointer: error.pointer ?? pointer,
      message: summary,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  ];
}
