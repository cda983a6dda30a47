import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { BufferedBody } from '../transport/bodies/buffered-body.ts';
import { MAX_WITNESSED_BYTES } from '../transport/observation/witness.ts';
import type { HttpRequest, HttpResponse, Transport } from '../transport/transport.ts';
import type { Har, HarEntry } from './har.ts';
import { toMissedError, toRecorded } from './recorded-request.ts';

/**
 * A transport that answers from recordings and opens no socket: `report.har` of earlier executions, in their order. A
 * request, those for tokens included, is answered by the first entry not yet used that has its method, URL and body;
 * `[secret]` in an entry matches whatever stands there, since recordings hold no secrets. A token that comes out of a
 * recording is `[secret]` too.
 *
 * @throws FerruleError REPLAY_MISSED from `send`, for a request that no entry is left for
 */
export function createReplayTransport(...recordings: readonly Har[]): Transport {
  for (const recording of recordings) assertRecording(recording);
  const all = recordings.flatMap(({ log }) => log.entries).map(toRecorded);
  const left = [...all];
  return {
    send: async (request, context) => {
      if (context.signal?.aborted) {
        throw new FerruleError('ABORTED', 'the caller aborted the request', { cause: context.signal.reason });
      }
      const at = left.findIndex(recorded => recorded.matches(request));
      const [recorded] = at === -1 ? [] : left.splice(at, 1);
      if (recorded === undefined) throw toMissedError(request, all, left);
      return answer(recorded.entry, request);
    },
    probe: async url => ({ host: new URL(url).hostname }),
    release: async () => undefined,
    close: async () => undefined,
  };
}

/** Recordings come from files, and a report is easily given in place of its `har`. */
function assertRecording(recording: unknown): void {
  const log = Object(Object(recording)['log']);
  if (Array.isArray(log['entries'])) return;
  throw new FerruleError('OPTIONS_INVALID', 'The recording cannot be replayed', {
    expected: 'an HTTP Archive, as a report has it in har: { log: { entries: […] } }',
    found: describeValue(recording),
  });
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
