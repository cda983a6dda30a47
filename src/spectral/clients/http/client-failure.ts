import { FerruleError } from '../../../errors.ts';
import type { HttpClientResponse, ShownRequest } from './client-types.ts';

/**
 * An answer that is none, with what code asks of such an error: `response` and `status`. They do not show when the error is
 * logged, because an answer may hold anything.
 */
export function statusFailure(response: HttpClientResponse): FerruleError {
  const { status } = response;
  const error = new FerruleError('STATUS_UNEXPECTED', `Request failed with status code ${status}`, {
    retryable: status === 429 || status >= 500,
    details: { statusCode: status },
  });
  return asClientFailure(error, response.config, response);
}

/** Gives an error the members by which code recognizes errors of its client. */
export function asClientFailure(
  error: FerruleError,
  config: ShownRequest,
  response?: HttpClientResponse,
): FerruleError {
  // Once: an error may pass here again when a request is sent again.
  if (isClientFailure(error)) return error;
  for (const [name, value] of Object.entries({
    isAxiosError: true,
    config,
    response,
    status: response?.status,
  })) {
    Object.defineProperty(error, name, { value, configurable: true, writable: true });
  }
  return error;
}

export interface ClientFailure extends FerruleError {
  readonly isAxiosError: true;
  readonly config: ShownRequest;
  readonly response: HttpClientResponse | undefined;
}

export function isClientFailure(error: unknown): error is ClientFailure {
  return error instanceof FerruleError && 'isAxiosError' in error;
}

/** What a failed request said, without the request; every other error as it is. */
export function handleErrors(error: unknown): unknown {
  if (!isClientFailure(error)) return error;
  const { message, response } = error;
  return { message, data: response?.data, status: response?.status, headers: response?.headers };
}
