import type { AuthStrategy, Rejection } from '../auth/auth-strategy.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest, HttpResponse, ResponseBody } from '../transport/transport.ts';
import type { CallOptions } from './execution-context.ts';
import { readAnswer, readHead } from './read-answer.ts';

/** An answer that was looked at. Its body can still be read, once. */
export interface JudgedResponse {
  readonly response: HttpResponse;
  readonly isRejected: boolean;
}

/**
 * Says whether an answer rejects the credential: by its status 401, or by the strategy's own predicate. A predicate
 * that looks into the body has it read into memory, within the limits; of a stream only what is no success is read.
 */
export function judgeResponse(
  { rejection }: AuthStrategy,
  response: HttpResponse,
  streaming: boolean,
): JudgedResponse | Promise<JudgedResponse> {
  if (rejection === undefined) return { response, isRejected: response.statusCode === 401 };
  return askPredicate(rejection, response, streaming);
}

async function askPredicate(
  rejection: Rejection,
  response: HttpResponse,
  streaming: boolean,
): Promise<JudgedResponse> {
  const isSuccess = response.statusCode >= 200 && response.statusCode < 300;
  if (!rejection.seesBody || (streaming && isSuccess)) {
    const isRejected = await rejection.isRejected({ ...readHead(response), body: undefined });
    return { response, isRejected };
  }
  const bytes = await response.body.bytes();
  const held = { ...response, body: inMemory(bytes) };
  try {
    const answer = await readAnswer({ ...response, body: inMemory(bytes) });
    return { response: held, isRejected: await rejection.isRejected(answer) };
  } catch (error) {
    // A body that cannot be read is reported when the answer is read for its own sake.
    if (error instanceof FerruleError && error.stage === 'read') return { response: held, isRejected: false };
    throw error;
  }
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/**
 * Whether a rejected request may be sent once more. RFC 9110 section 15.5.2 says of a 401 that the request was not
 * applied, so then any method may. What another answer means only the definition knows: writes are repeated when it,
 * or the caller, says so (RFC 9110 section 9.2.2).
 */
export function mayReplay(
  { rejection }: AuthStrategy,
  { method }: HttpRequest,
  { statusCode }: HttpResponse,
  { replayWrites }: CallOptions,
): boolean {
  return statusCode === 401 || IDEMPOTENT.has(method) || (replayWrites ?? rejection?.replaysWrites ?? false);
}

function inMemory(bytes: Uint8Array): ResponseBody {
  return {
    bytes: () => Promise.resolve(bytes),
    cancel: () => undefined,
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  };
}
