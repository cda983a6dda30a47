import { FerruleError, locateJsonError } from '../index.ts';

/**
 * The body of a request as JSON; undefined when it is empty. Reads no more than `maxBytes`, and no longer than `signal`.
 * @throws FerruleError REQUEST_TOO_LARGE, REQUEST_INVALID, ABORTED, and what the signal fires with
 */
export async function readJsonBody(
  request: Request,
  maxBytes: number,
  signal: AbortSignal,
): Promise<unknown> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const text = await until(signal, readText(request, maxBytes));
  if (text.trim() === '') return undefined;
  assertJsonType(request.headers.get('content-type'));
  assertDepth(text);
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own error quotes the text, and with it perhaps a secret.
    const place = locateJsonError(text);
    throw new FerruleError('REQUEST_INVALID', 'The body of the request is not JSON', {
      expected: place?.expected ?? 'JSON',
      ...(place === undefined
        ? {}
        : { found: `${place.found ?? 'something else'} at line ${place.line}, column ${place.column}` }),
    });
  }
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  // The parser of Node holds a body to the length that was announced, and a whole is read faster than its pieces.
  if (request.headers.has('content-length')) return decode(await request.arrayBuffer());
  const { body } = request;
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks));
}

function decode(bytes: Uint8Array | ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FerruleError('REQUEST_INVALID', 'The body of the request is not UTF-8', { cause });
  }
}

/** A sender who says nothing more holds no slot for ever, and keeps no server from stopping. */
async function until<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const { promise: fired, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, fired]);
  } catch (cause) {
    if (cause instanceof FerruleError) throw cause;
    throw new FerruleError('ABORTED', 'The body of the request did not arrive', { cause });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** No definition and no parameter is nested deeper; code that walks through it could not go on for ever. */
const MAX_DEPTH = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: readonly number[] = [0x5b, 0x7b];
const CLOSING: readonly number[] = [0x5d, 0x7d];

/**
 * Reads the text once, from front to back, and steps over strings, so that brackets in them do not count. A pattern
 * that matches strings would begin again at every quote of a string without an end, and runs out of stack in long ones.
 */
function assertDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (CLOSING.includes(code)) depth -= 1;
    else if (OPENING.includes(code)) {
      depth += 1;
      if (depth <= MAX_DEPTH) continue;
      throw new FerruleError('REQUEST_INVALID', 'The body of the request is nested too deep', {
        expected: `at most ${MAX_DEPTH} levels`,
      });
    }
  }
}

/** Where the closing quote of the string is that begins here, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}

function assertJsonType(contentType: string | null): void {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === '' || mediaType === 'application/json' || mediaType.endsWith('+json')) return;
  throw new FerruleError('REQUEST_INVALID', 'The body of the request has another type', {
    expected: 'application/json',
    found: mediaType.slice(0, 100),
  });
}

function tooLarge(maxBytes: number): FerruleError {
  return new FerruleError('REQUEST_TOO_LARGE', 'The body of the request is too large', {
    expected: `at most ${maxBytes} bytes`,
    details: { value: maxBytes },
  });
}
