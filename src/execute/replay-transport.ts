import { FerruleError } from '../errors/ferrule-error.ts';
import { BufferedBody } from '../transport/buffered-body.ts';
import type { HttpRequest, HttpResponse, Transport } from '../transport/transport.ts';
import { MAX_WITNESSED_BYTES } from '../transport/witness.ts';
import type { Har, HarEntry } from './har.ts';

/**
 * A transport that answers from recordings and opens no socket: `report.har` of earlier executions, in their order. A
 * request is answered by the first entry not yet used that has its method, URL and body; `[secret]` in an entry
 * matches whatever stands there, since recordings hold no secrets.
 *
 * @throws FerruleError REPLAY_MISSED from `send`, for a request that no entry is left for
 */
export function createReplayTransport(...recordings: readonly Har[]): Transport {
  const left = recordings.flatMap(({ log }) => log.entries).map(toRecorded);
  return {
    send: async (request, context) => {
      if (context.signal?.aborted) {
        throw new FerruleError('ABORTED', 'the caller aborted the request', { cause: context.signal.reason });
      }
      const at = left.findIndex(recorded => recorded.matches(request));
      const [recorded] = at === -1 ? [] : left.splice(at, 1);
      if (recorded === undefined) throw missedError(request, left);
      return answer(recorded.entry, request);
    },
    probe: async url => ({ host: new URL(url).hostname }),
    release: async () => undefined,
    close: async () => undefined,
  };
}

interface Recorded {
  readonly entry: HarEntry;
  matches(request: HttpRequest): boolean;
}

function toRecorded(entry: HarEntry): Recorded {
  const { method, url, postData } = entry.request;
  const hasUrl = toMatcher(url);
  const hasBody = toMatcher(postData?.text ?? '');
  return {
    entry,
    matches: request => request.method === method && hasUrl(request.url) && hasBody(bodyTextOf(request)),
  };
}

/** Binary bodies are recorded, and compared, by their length. */
function bodyTextOf({ body = '' }: HttpRequest): string {
  return typeof body === 'string' ? body : `[${body.length} bytes]`;
}

/** Compares in one pass over the text, however many masks there are. */
function toMatcher(recorded: string): (text: string) => boolean {
  const [first = '', ...others] = recorded.split('[secret]');
  const last = others.pop();
  if (last === undefined) return text => text === first;
  return text => {
    if (!text.startsWith(first)) return false;
    let end = first.length;
    for (const part of others) {
      const found = text.indexOf(part, end);
      if (found === -1) return false;
      end = found + part.length;
    }
    return text.length - last.length >= end && text.endsWith(last);
  };
}

function answer({ response }: HarEntry, request: HttpRequest): HttpResponse {
  const { status, headers, content, _error } = response;
  if (status === 0) {
    throw new FerruleError('CONNECTION_LOST', 'no answer came when this request was recorded', {
      details: { recorded: _error ?? 'unknown', requestSent: true },
    });
  }
  const isKept = content.text !== undefined && content.size <= MAX_WITNESSED_BYTES;
  if (content.size > 0 && !isKept && (status < 300 || status >= 400)) {
    throw new FerruleError('REPLAY_MISSED', 'the body of the recorded answer was binary or too long to keep');
  }
  // The text was decoded when it was recorded, and goes out in UTF-8.
  const bytes = Buffer.from(content.text ?? '');
  return {
    statusCode: status,
    headers: headers.map(({ name, value }) => [name, toUtf8Type(name, value)] as const),
    url: request.url,
    redirects: [],
    firstByteMs: 0,
    body: new BufferedBody(bytes),
  };
}

function toUtf8Type(name: string, value: string): string {
  if (name.toLowerCase() !== 'content-type') return value;
  return value.replace(/;\s*charset=("[^"]*"|[^;]*)/i, '; charset=utf-8');
}

/** Only the origin is named: path and query may hold anything. */
function missedError(request: HttpRequest, left: readonly Recorded[]): FerruleError {
  const { origin } = new URL(request.url);
  return new FerruleError('REPLAY_MISSED', `${request.method} ${origin}: no recorded answer is left`, {
    expected: 'a request with method, URL and body of a recorded one that was not used yet',
    details: { recordedLeft: left.length },
  });
}
