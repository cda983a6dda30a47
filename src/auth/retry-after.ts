/** A longer pause is not believed: a mistake in a header must not stop a connection for a day. */
const MAX_PAUSE_MS = 10 * 60_000;

/**
 * How long a server asks to be left alone, in milliseconds: `Retry-After` as seconds or as a date (RFC 9110 section
 * 10.2.3). A date is measured from the server's own `Date`, so that differing clocks do not matter. Undefined when
 * it says nothing, or nothing that can be understood.
 */
export function readRetryAfterMs(headers: Readonly<Record<string, unknown>>): number | undefined {
  const { 'retry-after': retryAfter, date } = headers;
  if (typeof retryAfter !== 'string') return undefined;
  const text = retryAfter.trim();
  const pauseMs = /^\d{1,9}$/.test(text)
    ? Number(text) * 1000
    : Date.parse(text) - (typeof date === 'string' ? Date.parse(date) : Number.NaN);
  return pauseMs > 0 ? Math.min(pauseMs, MAX_PAUSE_MS) : undefined;
}
