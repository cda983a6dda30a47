import type { Clock } from '../../../transport.ts';
import { type ClientFailure, isClientFailure } from './client-failure.ts';
import type { RetryConfig } from './client-types.ts';

const DEFAULT_RETRIES = 3;
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** A server that asks for more patience than this is not waited for. */
const MAX_WAIT_MS = 60_000;

/** Sends until it works, or may not be sent again; the last error is the one that counts. */
export async function retrying<Answer>(
  send: () => Promise<Answer>,
  request: { readonly method: string; readonly signal?: AbortSignal | undefined },
  config: RetryConfig,
  clock: Clock,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const waitMs = delayMs(config, attempt, error);
      const more = attempt <= (config.retries ?? DEFAULT_RETRIES) && waitMs <= MAX_WAIT_MS;
      if (!more || request.signal?.aborted || !(await maySendAgain(error, request.method, config)))
        throw error;
      await new Promise<void>(resolve => clock.after(waitMs, resolve, true));
    }
  }
}

async function maySendAgain(error: unknown, method: string, config: RetryConfig): Promise<boolean> {
  if (config.retryAllErrors) return true;
  if (config.retryCondition !== undefined) return config.retryCondition(error);
  if (!isClientFailure(error) || !IDEMPOTENT.has(method)) return false;
  return error.response === undefined ? error.retryable : isForNow(error.response.status);
}

function isForNow(status: number): boolean {
  return status === 429 || status >= 500;
}

/** A function decides alone; otherwise a server may ask for more time (RFC 9110 section 10.2.3). */
function delayMs(config: RetryConfig, attempt: number, error: unknown): number {
  const { retryDelay = 0, useExponentialBackoff = false } = config;
  if (typeof retryDelay === 'function') return retryDelay(attempt, error);
  const own = useExponentialBackoff ? retryDelay * 2 ** (attempt - 1) : retryDelay;
  return Math.max(own, isClientFailure(error) ? askedForMs(error) : 0);
}

function askedForMs({ response }: ClientFailure): number {
  const text = String(response?.headers['retry-after'] ?? '');
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - Date.now());
}
