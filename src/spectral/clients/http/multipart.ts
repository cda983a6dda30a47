import { queryPairs } from './query-text.ts';
import type { RequestHeaders } from './request-headers.ts';

/** The form as bytes; its boundary becomes part of the content type. */
export async function multipartBody(form: FormData, headers: RequestHeaders): Promise<Uint8Array> {
  const encoded = new Response(form);
  headers.set('Content-Type', encoded.headers.get('content-type'));
  return new Uint8Array(await encoded.arrayBuffer());
}

/** An object as a form: bytes become files under the name of their field. */
export function toForm(values: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) {
    if (value instanceof Blob) form.append(name, value);
    else if (value instanceof Uint8Array) form.append(name, new Blob([Uint8Array.from(value)]), name);
    else for (const [key, text] of queryPairs({ [name]: value })) form.append(key, text);
  }
  return form;
}
