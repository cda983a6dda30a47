import type { FerruleError } from '../index.ts';
import { statusOf } from './error-reply.ts';
import type { Services } from './services.ts';

/** What was asked for, without anything that could be a secret: the route's own path, not the one that was written. */
export interface FailedRequest {
  readonly method: string;
  readonly path: string;
  readonly principal: string;
}

/** Refusals are audit events, of the log and of the event log; failures of the server itself are errors of the log. */
export function noteFailure(
  error: FerruleError,
  request: FailedRequest,
  { log, events }: Pick<Services, 'log' | 'events'>,
  connectionId?: string,
): void {
  const facts = { ...request, code: error.code, ...(connectionId === undefined ? {} : { connectionId }) };
  if (statusOf(error) >= 500 && error.category !== 'policy') {
    log.error('failure', { ...facts, message: error.message, cause: String(error.cause ?? '') });
  }
  if (error.category !== 'policy' && error.code !== 'UNAUTHENTICATED') return;
  log.warn('refusal', { ...facts, message: error.message });
  events.recordRefusal(connectionId, { ...facts, reason: error.summary });
}
