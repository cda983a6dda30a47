import { type Clock, FerruleError, type Timer } from '../index.ts';
import type { SignalExceptions } from './route.ts';

/** The ends of one request. Nothing is set up before a route asks for a signal. */
export class RequestSignals {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #caller: () => AbortSignal;
  readonly #stopping: AbortSignal;
  #deadline: { readonly controller: AbortController; readonly timer: Timer } | undefined;

  constructor(parts: {
    readonly clock: Clock;
    readonly timeoutMs: number;
    /** Fires when the caller left; asked for late, because making it costs. */
    readonly caller: () => AbortSignal;
    readonly stopping: AbortSignal;
  }) {
    this.#clock = parts.clock;
    this.#timeoutMs = parts.timeoutMs;
    this.#caller = parts.caller;
    this.#stopping = parts.stopping;
  }

  signal({ caller = false, deadline = false }: SignalExceptions = {}): AbortSignal {
    return AbortSignal.any([
      this.#stopping,
      ...(caller ? [] : [this.#caller()]),
      ...(deadline ? [] : [this.#begin().signal]),
    ]);
  }

  /** The request was answered. */
  end(): void {
    this.#deadline?.timer.cancel();
  }

  #begin(): AbortController {
    if (this.#deadline !== undefined) return this.#deadline.controller;
    const controller = new AbortController();
    const timer = this.#clock.after(this.#timeoutMs, () =>
      controller.abort(
        new FerruleError('REQUEST_TIMEOUT', 'The request took longer than the server allows', {
          details: { limit: 'FERRULE_REQUEST_TIMEOUT_MS', value: this.#timeoutMs },
        }),
      ),
    );
    this.#deadline = { controller, timer };
    return controller;
  }
}
