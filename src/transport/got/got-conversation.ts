import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Target } from '../sockets/connector.ts';
import type { DispatchController, DispatchHandler } from '../wire/undici-client.ts';
import { type GotStream, loadGot } from './got-library.ts';

/**
 * One request through got, told to a handler in the words of the exchange. got is given neither path nor headers, only
 * a request of Node's that has them already: what got shows of itself, in errors and diagnostics channels, holds no
 * secret. Redirects, retries, decompression and timeouts of got are off: Ferrule's own rules do that for every adapter.
 */
export class GotConversation implements DispatchController {
  readonly #target: Target;
  readonly #handler: DispatchHandler;
  #request: ClientRequest | undefined;
  #stream: GotStream | undefined;
  #response: IncomingMessage | undefined;
  #statusText = '';
  /** What failed first; got tells only what came of it. */
  #failure: Error | undefined;
  #settled = false;
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawTrailers: string[] | null = null;

  constructor(target: Target, handler: DispatchHandler) {
    this.#target = target;
    this.#handler = handler;
  }

  get rawHeaders(): string[] | null {
    return this.#response?.rawHeaders ?? null;
  }

  /** Sends what `create` gives, over a socket that is open. `create` is asked once the handler wants it. */
  run(create: () => ClientRequest, body: Uint8Array | undefined): void {
    try {
      this.#handler.onRequestStart?.(this, {});
    } catch (error) {
      // It was aborted while it waited; nothing has been written, and the socket stays as it is.
      this.#fail(error);
      return;
    }
    try {
      const request = create();
      this.#request = request;
      this.#watch(request);
      this.#pass(request, body);
    } catch (error) {
      this.#request?.destroy();
      this.#fail(error);
    }
  }

  /** No socket was to be had. */
  refuse(error: Error): void {
    this.#fail(error);
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#stream?.destroy();
    this.#request?.destroy();
    // The exchange calls from the middle of its own bookkeeping.
    queueMicrotask(() => this.#fail(reason));
  }

  pause(): void {
    this.paused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.paused = false;
    this.#stream?.resume();
  }

  #watch(request: ClientRequest): void {
    // Node drops what goes beyond 2000 fields without a word; limits.maxHeaderBytes is the limit here.
    request.maxHeadersCount = 0;
    request.on('error', error => {
      this.#failure ??= error;
    });
    if (request.socket === null) request.once('socket', socket => this.#awaitAnswer(socket));
    else this.#awaitAnswer(request.socket);
    request.once('response', response => {
      // Before got puts in its own where the server sent none. Read as UTF-8, as undici does.
      this.#statusText = Buffer.from(response.statusMessage ?? '', 'latin1').toString();
      response.on('error', error => {
        this.#failure ??= error;
      });
    });
    request.on('information', ({ statusCode }) => {
      if (statusCode === 100) this.#breach('a 100 Continue that was not asked for');
      else this.#handler.onResponseStart?.(this, statusCode, {});
    });
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      this.#breach('a switch of protocols that was not asked for');
    });
  }

  /** The first byte of an answer decides whether the request may be sent once more. */
  #awaitAnswer(socket: Socket): void {
    const onData = () => this.#handler.onResponseStarted?.();
    socket.once('data', onData);
    this.#request?.once('close', () => socket.off('data', onData));
  }

  #pass(request: ClientRequest, body: Uint8Array | undefined): void {
    const stream = loadGot().stream(`${this.#target.origin}/`, {
      // Any method that lets the stream be written to: the one that is sent is in the request.
      method: 'POST',
      request: () => {
        if (request.destroyed) throw this.#failure ?? this.#lost();
        return request;
      },
      followRedirect: false,
      decompress: false,
      throwHttpErrors: false,
      strictContentLength: false,
      retry: { limit: 0 },
    });
    this.#stream = stream;
    stream.once('response', response => this.#begin(response));
    stream.on('data', piece => {
      if (!this.#settled) this.#handler.onResponseData?.(this, piece);
    });
    stream.once('end', () => this.#end());
    // got tells of a broken answer before the answer itself does.
    const causeOf = (error: Error) => this.#failure ?? innermost(error) ?? this.#response?.errored;
    stream.on('error', error => this.#fail(causeOf(error) ?? this.#lost()));
    if (body === undefined) stream.end();
    else stream.end(body);
  }

  #begin(response: IncomingMessage): void {
    if (this.#settled || this.aborted) return;
    this.#response = response;
    this.#handler.onResponseStart?.(this, response.statusCode ?? 0, response.headers, this.#statusText);
    if (this.paused) this.#stream?.pause();
  }

  #end(): void {
    if (this.#settled) return;
    this.#settled = true;
    // An answer came before the whole request had left: the rest of it must not stand before the next one.
    if (this.#request?.writableFinished === false) this.#request.destroy();
    this.#handler.onResponseEnd?.(this, {});
  }

  #breach(what: string): void {
    const { host, port } = this.#target;
    this.#fail(new FerruleError('PROTOCOL_ERROR', `${host}:${port}: the server sent ${what}`));
    this.#stream?.destroy();
    this.#request?.destroy();
  }

  #lost(): FerruleError {
    const { host, port } = this.#target;
    return new FerruleError('CONNECTION_LOST', `${host}:${port}: the connection was closed`);
  }

  #fail(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#handler.onResponseError?.(this, error instanceof Error ? error : this.#lost());
  }
}

/** The failure beneath got's own error, which holds the whole request; undefined when got was the first to notice. */
function innermost(error: Error): Error | undefined {
  let cause: unknown = error.cause;
  for (let depth = 0; depth < 5 && cause instanceof Error && 'options' in cause; depth += 1)
    cause = cause.cause;
  return cause instanceof Error && !('options' in cause) ? cause : undefined;
}
