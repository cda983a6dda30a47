import { FerruleError, locateJsonError } from '../index.ts';

/**
 * The body of a request as JSON; undefined when it is empty. Reads no more than `maxBytes`.
 * @throws FerruleError REQUEST_TOO_LARGE, REQUEST_INVALID
 */
export async function readJsonBody(request: Request, maxBytes: number): Promise<unknown> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const text = await readText(request, maxBytes);
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

/** No definition and no parameter is nested deeper; code that walks through it could not go on for ever. */
const MAX_DEPTH = 200;

function assertDepth(text: string): void {
  if (text.length <= MAX_DEPTH) return;
  let depth = 0;
  // Texts first, so that brackets in them do not count.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > MAX_DEPTH) {
      throw new FerruleError('REQUEST_INVALID', 'The body of the request is nested too deep', {
        expected: `at most ${MAX_DEPTH} levels`,
      });
    }
  }
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
    details: { limit: 'FERRULE_MAX_BODY_BYTES', value: maxBytes },
  });
}
