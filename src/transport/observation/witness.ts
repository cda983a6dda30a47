import type { ErrorCode } from '../../errors/error-codes.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { type PhaseTimings, timingsOfFailure } from '../phases.ts';
import type { HttpRequest, HttpResponse, ResponseBody, SendContext, Transport } from '../transport.ts';

/** One request on the wire and what came of it. Filled in as it happens; secrets are in it as they were sent. */
export interface WireExchange {
  readonly request: HttpRequest;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Left out until the head of the answer has come. */
  readonly head?: Pick<HttpResponse, 'statusCode' | 'headers' | 'firstByteMs' | 'httpVersion' | 'statusText'>;
  /** Where the time went, as far as it is known. */
  readonly timings?: Partial<PhaseTimings> | undefined;
  /** What has been read of the body, decompressed; at most {@link MAX_WITNESSED_BYTES}. */
  readonly body: readonly Uint8Array[];
  /** Bytes of the body that were read, kept or not. */
  readonly bodyBytes: number;
  /** The same before decompression, once the body has ended; left out where it is not known. */
  readonly receivedBytes?: number | undefined;
  /** Milliseconds from the head to the end of the body; left out until it has ended. */
  readonly bodyMs?: number;
  /** Why no answer came, or its body broke off. */
  readonly error?: ErrorCode;
  /** Milliseconds from send to the failure, when no answer came. */
  readonly failedAfterMs?: number;
  /** True for a request that fetched a token, or the metadata for it. */
  readonly authenticates?: boolean;
}

/** Shown every single request as it begins, with all its secrets; the rest is filled in as it happens. */
export type Witness = (exchange: WireExchange) => void;

/** More of a body is counted, but not kept: a stream may never end. */
export const MAX_WITNESSED_BYTES = 4 * 1024 * 1024;

type Writable = { -readonly [Key in keyof WireExchange]: WireExchange[Key] } & { body: Uint8Array[] };

/**
 * Tells `context.witness` about every single request, those of redirects and retries too. Without a witness nothing
 * is done at all.
 */
export function withWitness(transport: Transport): Transport {
  return {
    send: (request, context) =>
      context.witness === undefined
        ? transport.send(request, context)
        : sendWitnessed(transport, request, context, context.witness),
    probe: (url, context) => transport.probe(url, context),
    release: channelKey => transport.release(channelKey),
    close: () => transport.close(),
  };
}

async function sendWitnessed(
  transport: Transport,
  request: HttpRequest,
  context: SendContext,
  witness: Witness,
): Promise<HttpResponse> {
  const { clock } = context;
  const startedAtMs = clock.monotonicNow();
  const exchange: Writable = { request, startedAtMs: clock.now(), body: [], bodyBytes: 0 };
  witness(exchange);
  try {
    const response = await transport.send(request, context);
    exchange.head = response;
    exchange.timings = response.timings;
    const headAtMs = clock.monotonicNow();
    const onEnd = () => {
      exchange.bodyMs ??= clock.monotonicNow() - headAtMs;
      exchange.receivedBytes ??= response.body.receivedBytes;
    };
    return { ...response, body: new WitnessedBody(response.body, exchange, onEnd) };
  } catch (error) {
    exchange.error = codeOf(error);
    exchange.failedAfterMs = clock.monotonicNow() - startedAtMs;
    if (error instanceof FerruleError) exchange.timings = timingsOfFailure(error.details);
    throw error;
  }
}

class WitnessedBody implements ResponseBody {
  readonly #body: ResponseBody;
  readonly #exchange: Writable;
  readonly #onEnd: () => void;

  constructor(body: ResponseBody, exchange: Writable, onEnd: () => void) {
    this.#body = body;
    this.#exchange = exchange;
    this.#onEnd = onEnd;
  }

  async bytes(): Promise<Uint8Array> {
    return this.#watch(this.#body.bytes(), bytes => {
      this.#keep(bytes);
      this.#onEnd();
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const pieces = this.#body[Symbol.asyncIterator]();
    return {
      next: () =>
        this.#watch(pieces.next(), next => {
          if (next.done) this.#onEnd();
          else this.#keep(next.value);
        }),
      return: async () => {
        this.#onEnd();
        await pieces.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  cancel(): void {
    this.#body.cancel();
    this.#onEnd();
  }

  async #watch<Result>(work: Promise<Result>, onResult: (result: Result) => void): Promise<Result> {
    try {
      const result = await work;
      onResult(result);
      return result;
    } catch (error) {
      this.#exchange.error = codeOf(error);
      this.#onEnd();
      throw error;
    }
  }

  #keep(piece: Uint8Array): void {
    const exchange = this.#exchange;
    const room = MAX_WITNESSED_BYTES - Math.min(exchange.bodyBytes, MAX_WITNESSED_BYTES);
    exchange.bodyBytes += piece.length;
    if (room > 0) exchange.body.push(piece.subarray(0, room));
  }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof FerruleError ? error.code : 'INTERNAL_DEFECT';
}
