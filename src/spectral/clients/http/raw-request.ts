import { FerruleError } from '../../../errors.ts';
import type { ActionDefinition } from '../../action-definition.ts';
import { guessAuthorization } from '../../guess-authorization.ts';
import type { KeyValuePair } from '../../input-fields.ts';
import { util } from '../../values/value-types.ts';
import type { HttpClientResponse, ResponseType, Unchecked } from './client-types.ts';
import { createClient } from './create-client.ts';
import { inputs } from './inputs.ts';

const { keyValPairListToObject, toBufferDataPayload, isBufferDataPayload } = util.types;

/** The values of `inputs`, cleaned. */
export interface RawRequestValues {
  url: string;
  method: string;
  data?: unknown;
  formData?: readonly KeyValuePair<unknown>[] | undefined;
  fileData?: readonly KeyValuePair<unknown>[] | undefined;
  fileDataFileNames?: Record<string, string> | undefined;
  queryParams?: readonly KeyValuePair<unknown>[] | undefined;
  headers?: readonly KeyValuePair<unknown>[] | undefined;
  responseType?: ResponseType | undefined;
  timeout?: number | undefined;
  debugRequest?: boolean | undefined;
  retryDelayMS?: number | undefined;
  retryAllErrors?: boolean | undefined;
  maxRetries?: number | undefined;
  useExponentialBackoff?: boolean | undefined;
}

/**
 * Sends what somebody put together in a form. The headers of the connection win over those of the form, and the request stays
 * within the origin of `baseUrl`, so that nobody can lead the connection's credentials elsewhere.
 * @throws FerruleError OPTIONS_INVALID, ORIGIN_REFUSED, STATUS_UNEXPECTED and what the transport says
 */
export async function sendRawRequest(
  baseUrl: string,
  values: RawRequestValues,
  authorizationHeaders: Record<string, string> = {},
): Promise<HttpClientResponse> {
  const fields = values.formData ?? [];
  const files = values.fileData ?? [];
  const isForm = fields.length > 0 || files.length > 0;
  if (values.data && isForm) {
    throw new FerruleError('OPTIONS_INVALID', 'A request has one body', {
      expected: 'data, or formData and fileData',
      found: 'both',
    });
  }
  const client = createClient({
    baseUrl,
    debug: values.debugRequest,
    timeout: values.timeout,
    responseType: values.responseType,
    retryConfig: {
      retries: values.maxRetries ?? 0,
      retryDelay: values.retryDelayMS,
      retryAllErrors: values.retryAllErrors,
      useExponentialBackoff: values.useExponentialBackoff,
    },
  });
  try {
    return await client.request({
      url: values.url,
      method: values.method,
      params: keyValPairListToObject(values.queryParams ?? []),
      headers: { ...keyValPairListToObject<string>(values.headers ?? []), ...authorizationHeaders },
      data: isForm ? toForm(fields, files, values.fileDataFileNames) : values.data || undefined,
    });
  } finally {
    await client.close();
  }
}

/**
 * An action that sends any request of a connection, for a component to offer. How the connection authenticates is guessed:
 * see guessAuthorization.
 */
export function buildRawRequestAction(
  baseUrl: string,
  label = 'Raw Request',
  description = 'Send a raw HTTP request',
): ActionDefinition<typeof inputs & { connection: { label: string; type: 'connection'; required: true } }> {
  return {
    display: { label, description },
    inputs: { connection: { label: 'Connection', type: 'connection', required: true }, ...inputs },
    perform: async (_context, { connection, ...values }) => {
      const { data } = await sendRawRequest(baseUrl, values as RawRequestValues, {
        ...guessAuthorization(connection).headers,
      });
      return { data };
    },
  };
}

function toForm(
  fields: readonly KeyValuePair<unknown>[],
  files: readonly KeyValuePair<unknown>[],
  names: Record<string, string> = {},
): FormData {
  const form = new FormData();
  for (const { key, value } of fields) form.append(key, util.types.toString(value));
  for (const { key, value } of files) {
    const { data, contentType } = toFile(value);
    form.append(key, new Blob([Uint8Array.from(data)], { type: contentType }), names[key] ?? key);
  }
  return form;
}

/** The kind of a file is known only when an earlier step gave it. */
function toFile(value: Unchecked): { readonly data: Uint8Array; readonly contentType: string } {
  const { data, contentType } = toBufferDataPayload(value);
  return { data, contentType: isBufferDataPayload(value) ? contentType : 'application/octet-stream' };
}
