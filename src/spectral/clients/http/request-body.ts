import { FerruleError } from '../../../errors.ts';
import { multipartBody, toForm } from './multipart.ts';
import { queryPairs } from './query-text.ts';
import type { RequestHeaders } from './request-headers.ts';

/** Methods whose body is a form unless the request says otherwise. */
const FORM_METHODS = new Set(['POST', 'PUT', 'PATCH']);
const FORM = 'application/x-www-form-urlencoded';

/** A body that comes as a stream is gathered, so that it can be sent again; more than this is refused. */
const MAX_GATHERED_BYTES = 100 * 1024 * 1024;

/**
 * The body that some data make, by the rules connectors rely on: objects are JSON unless the content type says form or multipart;
 * texts and bytes are sent as they are. Sets the content type where none is given.
 * @throws FerruleError OPTIONS_INVALID, LIMIT_EXCEEDED
 */
export async function requestBody(
  data: unknown,
  method: string,
  headers: RequestHeaders,
): Promise<Uint8Array | string | undefined> {
  const type = headers.get('content-type') ?? '';
  const body = await toBody(data, type, headers);
  if (FORM_METHODS.has(method)) headers.setIfMissing('Content-Type', FORM);
  // The two that announce a body send its length, even when it is none.
  return body ?? (FORM_METHODS.has(method) ? '' : undefined);
}

async function toBody(
  data: unknown,
  type: string,
  headers: RequestHeaders,
): Promise<Uint8Array | string | undefined> {
  if (data instanceof URLSearchParams) {
    headers.setIfMissing('Content-Type', `${FORM};charset=utf-8`);
    return data.toString();
  }
  if (data instanceof FormData) return multipartBody(data, headers);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (typeof data === 'object' && data !== null) return toObjectBody(data, type, headers);
  if (data === undefined) return undefined;
  if (type.includes('application/json')) return toJsonText(data);
  if (typeof data === 'string') return data;
  if (data === null || data === false) return undefined;
  throw new FerruleError('OPTIONS_INVALID', 'the data of the request cannot be a body', {
    expected: 'an object, a text, bytes, a form or a stream',
    found: typeof data,
  });
}

async function toObjectBody(
  data: object,
  type: string,
  headers: RequestHeaders,
): Promise<Uint8Array | string> {
  const stream = asStream(data, headers);
  if (stream !== undefined) return stream;
  if (type.startsWith('multipart/form-data')) return multipartBody(toForm(data), headers);
  if (type.startsWith(FORM)) return formText(data);
  headers.setIfMissing('Content-Type', 'application/json');
  return JSON.stringify(data);
}

function formText(data: object): string {
  const form = new URLSearchParams();
  for (const [name, value] of queryPairs(data)) form.append(name, value);
  return form.toString();
}

/** A text that is JSON already is not made JSON once more. */
function toJsonText(data: unknown): string {
  if (typeof data !== 'string') return JSON.stringify(data);
  try {
    JSON.parse(data);
    return data.trim();
  } catch {
    // It is a text that is meant.
    return JSON.stringify(data);
  }
}

/** What the package form-data makes, and streams of Node. */
function asStream(data: object, headers: RequestHeaders): Promise<Uint8Array> | Uint8Array | undefined {
  if ('getHeaders' in data && typeof data.getHeaders === 'function') {
    for (const [name, value] of Object.entries(data.getHeaders())) headers.setIfMissing(name, String(value));
  }
  if ('getBuffer' in data && typeof data.getBuffer === 'function') return data.getBuffer() as Uint8Array;
  return Symbol.asyncIterator in data ? gather(data as AsyncIterable<Uint8Array | string>) : undefined;
}

async function gather(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    const bytes = Buffer.from(piece as Uint8Array);
    size += bytes.length;
    if (size > MAX_GATHERED_BYTES) {
      throw new FerruleError('LIMIT_EXCEEDED', 'the stream that is the body of the request is too long', {
        stage: 'send',
        expected: `at most ${MAX_GATHERED_BYTES} bytes`,
        details: { limit: 'requestBody', value: MAX_GATHERED_BYTES },
      });
    }
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}
