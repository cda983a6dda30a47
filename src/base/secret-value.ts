/** The name `util.inspect` looks for; loading node:util for it would cost an importing program 3 ms. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

const MASK = '[secret]';

/**
 * Text that must not be shown: a secret, a token, a password.
 *
 * It prints as `[secret]` wherever it ends up by accident (string concatenation, JSON, `util.inspect`,
 * error messages). Only rendering and authentication may call {@link SecretValue.reveal}.
 */
export class SecretValue {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Every call site is listed by a test. */
  reveal(): string {
    return this.#text;
  }

  /** True when both hold the same text, also when the other comes from another copy of this package. */
  equals(other: SecretValue): boolean {
    return this.#text === other.reveal();
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [INSPECT](): string {
    return MASK;
  }
}

/** Makes a SecretValue of plain text; a SecretValue stays itself. */
export function toSecretValue(text: string | SecretValue): SecretValue {
  return text instanceof SecretValue ? text : new SecretValue(text);
}
