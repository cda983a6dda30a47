import { FerruleError } from '../../index.ts';

/** What becomes of a connect flow, as the page it returns to is told. */
export interface ConnectOutcome {
  readonly connectionId: string;
  readonly status: 'connected' | 'failed';
  /** The code of the error. */
  readonly error?: string;
}

/**
 * A URL that browsers may be sent to afterwards: of an origin that the settings list, so that the server leads nobody
 * elsewhere (RFC 9700 section 4.11).
 *
 * @throws FerruleError REQUEST_INVALID
 */
export function readReturnUrl(text: string, origins: readonly string[]): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && url.username === '' && url.password === '' && url.hash === '';
  if (isPlain && origins.includes(url.origin)) return url.href;
  throw new FerruleError('REQUEST_INVALID', 'Browsers may not be sent to this URL', {
    pointer: '/returnUrl',
    expected:
      origins.length === 0
        ? 'no URL, since the setting FERRULE_RETURN_ORIGINS names no origin'
        : `a URL without user and fragment, of ${origins.join(', ')}`,
    found: url === undefined ? 'no URL' : `one of ${url.origin}`,
  });
}

/** The URL with the outcome in its query; parameters that it has already stay, unless they have one of these names. */
export function toReturnUrl(returnUrl: string, outcome: ConnectOutcome): string {
  const url = new URL(returnUrl);
  for (const name of ['connectionId', 'status', 'error']) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, String(value));
  return url.href;
}
