import type { UsedToken } from '../auth/auth-strategy.ts';
import { errorAtSource } from '../errors/error-at-source.ts';
import { FerruleError, type Issue } from '../errors/ferrule-error.ts';
import { redactError } from '../errors/redact-error.ts';
import type { HttpRequest, HttpResponse, SendObserver } from '../transport/transport.ts';
import { AttemptList, sumOfAttempts } from './attempt-list.ts';
import type { Call, PreparedCall } from './call.ts';
import type {
  Attempt,
  ExecutionReport,
  FailedExecutionReport,
  RawAnswer,
  RequestSummary,
  SendTimings,
  Timings,
  TokenUse,
} from './execution-report.ts';
import type { ExpiryTexts } from './expiry-texts.ts';
import { toHar } from './har.ts';
import type { MappedOutputs } from './map-outputs.ts';
import type { Answer } from './read-answer.ts';

/** Times that do not exist yet read as 0. */
type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Writes down what happens while it happens, so that a failure can be reported as fully as a success. */
export class ReportWriter {
  readonly #call: Call;
  readonly #timings: Mutable<Omit<Timings, keyof SendTimings>> = {
    totalMs: 0,
    renderMs: 0,
    authenticateMs: 0,
    firstByteMs: 0,
    bodyMs: 0,
    mapMs: 0,
  };
  readonly #diagnostics: Issue[] = [];
  readonly #attempts = new AttemptList();
  #sending = false;
  #request: HttpRequest | undefined;
  #response: HttpResponse | undefined;
  #answer: Answer | undefined;
  #token: UsedToken | undefined;
  #lapAtMs: number;

  constructor(call: Call) {
    this.#call = call;
    this.#lapAtMs = call.startedAtMs;
  }

  /** To be told what retries and queues do. */
  get observer(): SendObserver {
    return this.#attempts;
  }

  rendered({ request, bound }: PreparedCall): void {
    this.#timings.renderMs += this.#lap();
    this.#request = request;
    this.#note(bound.diagnostics);
  }

  authenticated(token: UsedToken | undefined): void {
    this.#timings.authenticateMs += this.#lap();
    this.#token = token;
    this.#sending = true;
  }

  answered(response: HttpResponse): void {
    const firstByteMs = this.#lap();
    this.#timings.firstByteMs += firstByteMs;
    this.#sending = false;
    const next = this.#token === undefined ? 'challenged' : 'token-rejected';
    this.#attempts.answered(response, firstByteMs, next);
    this.#response = response;
  }

  /** The credential that came in place of a rejected one was rejected too; the answer goes to the caller. */
  rejectedAgain(response: HttpResponse): HttpResponse {
    this.#diagnostics.push(this.#token === undefined ? rejectedCredential : rejectedAgain);
    return response;
  }

  read(answer: Answer): void {
    this.#timings.bodyMs += this.#lap();
    this.#answer = answer;
    this.#note(answer.diagnostics);
  }

  finish({ outputs, diagnostics }: MappedOutputs): ExecutionReport {
    this.#timings.mapMs += this.#lap();
    this.#note(diagnostics);
    const statusCode = this.#response?.statusCode ?? 0;
    const { context, operation, options } = this.#call;
    const attempts = this.#attempts.list;
    // Written out: copying what all reports have is what a report would cost most.
    const report: Mutable<ExecutionReport> = {
      ok: statusCode >= 200 && statusCode < 300,
      statusCode,
      outputs,
      request: this.#summary() ?? { method: '', url: '' },
      connection: context.plan.name,
      operation: operation.name,
      diagnostics: this.#redacted(this.#diagnostics),
      attempts,
      redirects: this.#redacted(this.#response?.redirects ?? []),
      timings: this.#total(attempts),
    };
    if (options.debug === true && this.#answer !== undefined) report.raw = this.#raw(this.#answer);
    return this.#complete(report);
  }

  /** The error as the caller gets it: secrets masked, causes made safe, with a report of what had happened. */
  fail(error: unknown): FerruleError {
    const { redactor, toSourcePointer } = this.#call.context;
    const failure =
      error instanceof FerruleError
        ? error
        : new FerruleError('INTERNAL_DEFECT', 'Ferrule failed in a way it should not', { cause: error });
    const elapsedMs = this.#lap();
    if (this.#sending) this.#attempts.failed(failure, elapsedMs);
    return redactError(errorAtSource(failure, toSourcePointer), redactor, shown => this.#failed(shown));
  }

  #failed(shown: FerruleError): FailedExecutionReport {
    const { context, operation } = this.#call;
    const request = this.#summary();
    const attempts = this.#attempts.list;
    return this.#complete<Mutable<FailedExecutionReport>>({
      ok: false,
      error: shown.toJSON(),
      ...(request === undefined ? {} : { request }),
      connection: context.plan.name,
      operation: operation.name,
      diagnostics: this.#redacted(this.#diagnostics),
      attempts,
      redirects: this.#redacted(this.#response?.redirects ?? []),
      timings: this.#total(attempts),
    });
  }

  /** Adds what only some reports have. */
  #complete<Report extends Mutable<Pick<ExecutionReport, 'token' | 'har'>>>(report: Report): Report {
    const { context, exchanges } = this.#call;
    if (this.#token !== undefined) report.token = toTokenUse(this.#token, context.expiryTexts);
    if (exchanges !== undefined) report.har = toHar(exchanges, context.redactor);
    return report;
  }

  /** The times up to the last lap, which has just ended. */
  #total(attempts: readonly Attempt[]): Timings {
    this.#timings.totalMs = this.#lapAtMs - this.#call.startedAtMs;
    const sums = sumOfAttempts(attempts);
    return sums === undefined ? this.#timings : Object.assign(this.#timings, sums);
  }

  #redacted<Item>(list: readonly Item[]): readonly Item[] {
    return list.length === 0 ? [] : (this.#call.context.redactor.redactDeep(list) as readonly Item[]);
  }

  #summary(): RequestSummary | undefined {
    if (this.#request === undefined) return undefined;
    return { method: this.#request.method, url: this.#call.context.redactor.redact(this.#request.url) };
  }

  #raw({ statusCode, headers, body }: Answer): RawAnswer {
    const { redactor } = this.#call.context;
    return {
      statusCode,
      headers: redactor.redactDeep(headers) as Answer['headers'],
      body: redactor.redactDeep(body),
    };
  }

  /** Nearly always there is nothing to note. */
  #note(issues: readonly Issue[]): void {
    if (issues.length > 0) this.#diagnostics.push(...issues);
  }

  #lap(): number {
    const now = this.#call.context.clock.monotonicNow();
    const elapsedMs = now - this.#lapAtMs;
    this.#lapAtMs = now;
    return elapsedMs;
  }
}

const rejectedAgain: Issue = {
  code: 'TOKEN_REJECTED',
  pointer: '/config/auth',
  message: 'The server rejected the token, and a newly fetched one too',
};

const rejectedCredential: Issue = {
  code: 'CREDENTIAL_INVALID',
  pointer: '/config/auth',
  message: 'The server asked for a credential and rejected the one that answered',
};

function toTokenUse({ source, token }: UsedToken, expiryTexts: ExpiryTexts): TokenUse {
  return Number.isFinite(token.expiresAtMs)
    ? { source, expiresAt: expiryTexts.of(token.expiresAtMs) }
    : { source };
}
