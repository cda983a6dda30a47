import type { TokenEvent } from '../auth/token-events.ts';
import { FerruleError, type Issue } from '../errors/ferrule-error.ts';
import type { ExecutionReport, FailedExecutionReport } from './execution-report.ts';
import { type Logger, type LogLevel, SafeLogger } from './logger.ts';
import type { ConnectionTestReport } from './test-connection.ts';

type Report = ExecutionReport | FailedExecutionReport;

/**
 * Tells a logger what reports tell: one line for each execution (debug for an answer of 2xx, info for any other, error for
 * a failure), and a warning for each retry, each renewed credential, each diagnostic and each rejected token.
 * Reports are masked already; outputs, parameters and queries are left out.
 */
export class ExecutionLog {
  readonly #logger: SafeLogger;

  constructor(logger: Logger) {
    this.#logger = new SafeLogger(logger);
  }

  /** What a definition is likely to mean otherwise than it says, once for each compilation. */
  compiled(connection: string, diagnostics: readonly Issue[]): void {
    for (const diagnostic of diagnostics) {
      this.#logger.write('warn', 'connection has a diagnostic', () => ({ connection, diagnostic }));
    }
  }

  executed(report: Report): void {
    this.#warn(report);
    if ('error' in report) {
      this.#logger.write('error', 'execution failed', () => ({ ...toLine(report), error: report.error }));
      return;
    }
    this.#logger.write(report.ok ? 'debug' : 'info', 'execution answered', () => ({
      ...toLine(report),
      statusCode: report.statusCode,
    }));
  }

  tested(report: ConnectionTestReport): void {
    const message = report.ok ? 'connection test passed' : 'connection test failed';
    this.#logger.write(report.ok ? 'info' : 'error', message, () => report);
  }

  /** A step of an authorization; `failure` is masked. */
  notAuthorized(connection: string, failure: unknown): void {
    this.#logger.write('error', 'authorization failed', () => ({
      connection,
      error: failure instanceof FerruleError ? failure.toJSON() : {},
    }));
  }

  token(event: TokenEvent): void {
    const level = tokenLevels[event.type];
    if (level !== undefined) this.#logger.write(level, event.type.replaceAll('_', ' '), () => event);
  }

  #warn({ connection, operation, attempts, diagnostics }: Report): void {
    for (const [index, { reason, wait }] of attempts.entries()) {
      const before = attempts[index - 1];
      if (before === undefined || reason === 'first') continue;
      this.#logger.write('warn', reasons[reason], () => ({
        connection,
        operation,
        attempt: index + 1,
        ...(before.statusCode === undefined ? {} : { statusCode: before.statusCode }),
        ...(before.error === undefined ? {} : { error: before.error }),
        ...(wait === undefined ? {} : { wait }),
      }));
    }
    for (const diagnostic of diagnostics) {
      this.#logger.write('warn', 'execution has a diagnostic', () => ({ connection, operation, diagnostic }));
    }
  }
}

const reasons = {
  retry: 'request was sent again',
  'token-rejected': 'credential was rejected and renewed',
  challenged: 'credential was asked for',
} as const;

/** A token that is served is no news; one that is renewed in time is hardly any. */
const tokenLevels: Readonly<Partial<Record<TokenEvent['type'], LogLevel>>> = {
  token_renewing: 'debug',
  token_renewed: 'debug',
  token_rejected: 'warn',
  token_backed_off: 'warn',
  token_needs_reauth: 'error',
};

function toLine({ connection, operation, request, attempts, redirects, token, timings }: Report): object {
  return {
    connection,
    operation,
    // Parameters of callers stand in queries, and are nobody's business but theirs.
    ...(request === undefined ? {} : { method: request.method, url: request.url.split('?', 1)[0] }),
    attempts: attempts.length,
    redirects: redirects.length,
    ...(token === undefined ? {} : { token: token.source }),
    timings,
  };
}
