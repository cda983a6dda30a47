import type { ErrorCode } from '../../errors/error-codes.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';

type Translation = readonly [code: ErrorCode, summary: string];

const AWAY: Translation = ['STORE_UNAVAILABLE', 'The database cannot be reached'];
const STOPPED: Translation = ['STORE_UNAVAILABLE', 'The database is starting or stopping'];
const SLOW: Translation = ['STORE_UNAVAILABLE', 'The database took too long'];

/** SQLSTATE (PostgreSQL, appendix A) and the codes of Node's sockets. */
const byCode: ReadonlyMap<string, Translation> = new Map([
  ['23503', ['STORE_NOT_FOUND', 'The connection it belongs to is not there']],
  ['23505', ['STORE_EXISTS', 'It is there already']],
  ['25006', ['STORE_UNAVAILABLE', 'The database only reads at the moment']],
  ['25P03', SLOW],
  ['28000', ['STORE_FAILED', 'The database does not know the user']],
  ['28P01', ['STORE_FAILED', 'The database refused the password']],
  ['3D000', ['STORE_FAILED', 'There is no such database']],
  ['40001', ['STORE_UNAVAILABLE', 'Others wrote the same at the same time']],
  ['40P01', ['STORE_UNAVAILABLE', 'Others wrote the same at the same time']],
  ['53100', ['STORE_FULL', 'The database has no room left']],
  ['53200', ['STORE_UNAVAILABLE', 'The database has no memory left']],
  ['53300', ['STORE_UNAVAILABLE', 'The database has too many connections']],
  ['55P03', SLOW],
  ['57014', SLOW],
  ['57P01', STOPPED],
  ['57P02', STOPPED],
  ['57P03', STOPPED],
  ['58030', ['STORE_FULL', 'The disk of the database does not take what is written']],
  ['XX001', ['STORE_DAMAGED', 'The database is damaged']],
  ['XX002', ['STORE_DAMAGED', 'The database is damaged']],
  ['ECONNREFUSED', AWAY],
  ['ECONNRESET', AWAY],
  ['EHOSTUNREACH', AWAY],
  ['ENETUNREACH', AWAY],
  ['ENOENT', AWAY],
  ['ENOTFOUND', AWAY],
  ['EAI_AGAIN', AWAY],
  ['EPIPE', AWAY],
  ['ETIMEDOUT', AWAY],
]);

/** Codes of OpenSSL and Node for a certificate that is not accepted. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|DEPTH_ZERO/;

/** What `pg` says without a code. */
const byMessage: readonly (readonly [RegExp, Translation])[] = [
  [/^Connection terminated/, AWAY],
  [/^Client has encountered a connection error/, AWAY],
  [/^timeout exceeded when trying to connect/, AWAY],
  [/^timeout expired/, AWAY],
  [/^Query read timeout/, SLOW],
  [/^The server does not support SSL/, ['STORE_FAILED', 'The database does not speak TLS']],
];

/** What the database or the way to it said, as one of our errors. */
export function translatePostgresError(cause: unknown): FerruleError {
  if (cause instanceof FerruleError) return cause;
  const code = sqlState(cause);
  const [ferruleCode, summary] = find(code, cause);
  return new FerruleError(ferruleCode, summary, {
    cause,
    ...(code === '' ? {} : { details: { postgres: code } }),
  });
}

/** True when the connection it was said on is of no use any more. */
export function endsConnection(error: unknown): boolean {
  return translatePostgresError(error).code === 'STORE_UNAVAILABLE' && !mayRunAgain(error);
}

/** Two transactions were in each other's way and this one gave in; nothing of it happened. */
export function mayRunAgain(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlState(error));
}

function find(code: string, cause: unknown): Translation {
  const known = byCode.get(code);
  if (known !== undefined) return known;
  if (code.startsWith('08')) return AWAY;
  if (CERTIFICATE.test(code)) return ['STORE_FAILED', 'The certificate of the database is not accepted'];
  const message = cause instanceof Error ? cause.message : '';
  const found = byMessage.find(([pattern]) => pattern.test(message));
  return found?.[1] ?? ['STORE_FAILED', 'The database refused'];
}

/** Several addresses of one name fail as one error of Node that holds them all. */
function sqlState(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  if (typeof code === 'string') return code;
  return error instanceof AggregateError && error.errors.length > 0 ? sqlState(error.errors[0]) : '';
}
