/** Where lines go: pino, or anything with its methods. Nothing in an object is a secret; all of it is JSON. */
export interface Logger {
  debug(object: object, message: string): void;
  info(object: object, message: string): void;
  warn(object: object, message: string): void;
  error(object: object, message: string): void;
  /** Lines of a level that is not enabled are not even made. Without it all are. */
  isLevelEnabled?(level: LogLevel): boolean;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What is published on the channel `ferrule:logger:error`, once per engine. */
export interface LoggerFailure {
  /** As the logger threw it. */
  readonly error: unknown;
}

/** A logger that cannot break what it is told about. */
export class SafeLogger {
  readonly #logger: Logger;
  #hasFailed = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Writes one line, which is made only if the level is enabled. */
  write(level: LogLevel, message: string, toObject: () => object): void {
    try {
      if (this.#logger.isLevelEnabled?.(level) === false) return;
      const outcome: unknown = this.#logger[level](toObject(), message);
      if (outcome instanceof Promise) outcome.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** An execution must not fail because nobody could write it down; the host learns of it where it watches. */
  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const failure: LoggerFailure = { error };
    process.getBuiltinModule('node:diagnostics_channel').channel('ferrule:logger:error').publish(failure);
  }
}
