import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest } from '../transport/transport.ts';
import type { HarEntry } from './har.ts';

/** An entry of an archive, to be compared with requests. */
export interface Recorded {
  readonly entry: HarEntry;
  matches(request: HttpRequest): boolean;
  /** The parts of the request that are another than recorded; empty when it matches. */
  differences(request: HttpRequest): readonly Part[];
}

/** In the order in which a request is told from others: where it goes says more than what it carries. */
const parts = ['origin', 'path', 'method', 'query', 'body'] as const;
type Part = (typeof parts)[number];

export function toRecorded(entry: HarEntry): Recorded {
  const { method, url, postData } = entry.request;
  const hasUrl = toMatcher(url);
  const hasBody = toMatcher(postData?.text ?? '');
  const own = splitUrl(url);
  const hasPart: Readonly<Record<Part, (request: HttpRequest) => boolean>> = {
    origin: request => toMatcher(own.origin)(splitUrl(request.url).origin),
    path: request => toMatcher(own.path)(splitUrl(request.url).path),
    method: request => request.method === method,
    query: request => toMatcher(own.query)(splitUrl(request.url).query),
    body: request => hasBody(bodyTextOf(request)),
  };
  return {
    entry,
    matches: request => request.method === method && hasUrl(request.url) && hasBody(bodyTextOf(request)),
    differences: request => parts.filter(part => !hasPart[part](request)),
  };
}

/**
 * The error for a request that no entry is left for. Of the request only method and origin are named, since the rest may
 * hold anything; of the recordings, which hold no secrets, the entry that comes nearest and what is another in it.
 */
export function toMissedError(
  request: HttpRequest,
  all: readonly Recorded[],
  left: readonly Recorded[],
): FerruleError {
  const { origin } = new URL(request.url);
  const nearest = findNearest(request, left) ?? findNearest(request, all);
  const details = { recorded: all.length, recordedLeft: left.length };
  const summary = `${request.method} ${origin}: no recorded answer is left`;
  const expected = 'a request with method, URL and body of a recorded one that was not used yet';
  if (nearest === undefined) return new FerruleError('REPLAY_MISSED', summary, { expected, details });
  const { entry, differences } = nearest;
  const name = `${entry.request.method} ${entry.request.url.slice(0, 300)}`;
  return new FerruleError('REPLAY_MISSED', summary, {
    expected,
    found:
      differences.length === 0
        ? 'one whose recorded answers are all used'
        : `one that differs from the nearest in ${differences.join(' and ')}`,
    suggestion: name,
    details: { ...details, nearest: name, differences },
  });
}

/** None when not even origin or path are the same. */
function findNearest(request: HttpRequest, recorded: readonly Recorded[]) {
  const rated = recorded
    .map(({ entry, differences }) => ({ entry, differences: differences(request) }))
    .filter(({ differences }) => !(differences.includes('origin') && differences.includes('path')))
    .toSorted((one, other) => weightOf(one.differences) - weightOf(other.differences));
  return rated[0];
}

function weightOf(differences: readonly Part[]): number {
  return differences.reduce((sum, part) => sum + 2 ** (parts.length - parts.indexOf(part)), 0);
}

/** By hand: a mask may stand where the URL standard allows none. */
function splitUrl(url: string) {
  const [, origin = '', path = '', query = ''] = /^([a-z]+:\/\/[^/?]*)([^?]*)(.*)$/is.exec(url) ?? [];
  return { origin, path, query };
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
