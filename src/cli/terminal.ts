import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/**
 * Where the command reads and writes: results on stdout, everything else on stderr. Text of others must come through
 * `safe-text.ts` first; styles are added after that.
 */
export class Terminal {
  readonly #stdout = process.stdout;
  readonly #stderr = process.stderr;
  readonly #lost = new AbortController();
  #statusShown = false;

  constructor() {
    this.#stdout.on('error', error => this.#lost.abort(error));
    // Without a reader of diagnostics there is nobody to tell.
    this.#stderr.on('error', () => undefined);
  }

  /** Aborts when nobody reads stdout any more, as behind `| head`. Its reason is the stream's error. */
  get outputLost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Why the result was lost. A reader that has seen enough, such as `head`, has lost nothing; a full disk has. */
  get unwritten(): string | undefined {
    if (!this.#lost.signal.aborted) return undefined;
    const { reason } = this.#lost.signal;
    const code = reason instanceof Error && 'code' in reason ? String(reason.code) : 'unknown';
    return code === 'EPIPE' ? undefined : code;
  }

  /** True when a person sits there who can be asked: never in a pipe, a script or CI. */
  get isInteractive(): boolean {
    return Boolean(process.stdin.isTTY && this.#stdout.isTTY && this.#stderr.isTTY);
  }

  /** Writes lines of the result, and waits until the reader has room for more. */
  async print(text: string): Promise<void> {
    if (this.#lost.signal.aborted) return;
    if (this.#stdout.isTTY) this.setStatus(undefined);
    await new Promise<void>(resolve => this.#stdout.write(`${text}\n`, () => resolve()));
  }

  /** Writes lines beside the result. */
  note(text: string): void {
    this.setStatus(undefined);
    this.#stderr.write(`${text}\n`);
  }

  /** One line below everything that is rewritten in place; undefined removes it. Nothing when stderr is no terminal. */
  setStatus(text: string | undefined): void {
    if (!this.#stderr.isTTY || (text === undefined && !this.#statusShown)) return;
    // A terminal that does not know its width says 0.
    const cut = text?.slice(0, (this.#stderr.columns || 80) - 1) ?? '';
    this.#stderr.write(`\r\u001b[K${cut}`);
    this.#statusShown = text !== undefined;
  }

  /** Colours for stdout: none in pipes, and none under NO_COLOR. */
  style(format: Style, text: string): string {
    return styleText(format, text, { stream: this.#stdout });
  }

  /** The same for `note`. */
  styleNote(format: Style, text: string): string {
    return styleText(format, text, { stream: this.#stderr });
  }
}
