import type { HttpResponse } from '../../../transport.ts';
import type { ResponseType, Unchecked } from './client-types.ts';

/** The body as a request wants it. Text that should be JSON and is none stays text. */
export async function responseData(
  response: HttpResponse,
  type: ResponseType | undefined,
): Promise<Unchecked> {
  if (type === 'stream') {
    const { Readable } = process.getBuiltinModule('node:stream');
    return Readable.from(response.body, { objectMode: false });
  }
  const bytes = await response.body.bytes();
  if (type === 'arraybuffer') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'blob') return new Blob([Uint8Array.from(bytes)]);
  const text = new TextDecoder().decode(bytes);
  return type === 'text' || type === 'document' ? text : parsed(text);
}

/** Small names; several values of one name joined, but for cookies, which may hold commas. */
export function responseHeaders(response: HttpResponse): Record<string, Unchecked> {
  const headers: Record<string, string | string[]> = {};
  for (const [given, value] of response.headers) {
    const name = given.toLowerCase();
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (name === 'set-cookie') headers[name] = [...(before ?? []), value];
    else headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An answer that is no JSON is an answer as well.
    return text;
  }
}
