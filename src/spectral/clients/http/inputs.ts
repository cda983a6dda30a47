import { util } from '../../values/value-types.ts';
import type { ResponseType } from './client-types.ts';

const { keyValPairListToObject, toBool, toNumber } = util.types;
const toText = (value: unknown): string => util.types.toString(value);
const toBoolean = (value: unknown): boolean => toBool(value);
const toCount = (value: unknown): number => toNumber(value);
const choices = <Value extends string>(...values: readonly Value[]) =>
  values.map(value => ({ label: value, value }));

/** Inputs of an action that sends any request; `sendRawRequest` takes their values. */
export const inputs = {
  url: {
    label: 'URL',
    type: 'string' as const,
    required: true as const,
    comments: 'A path below the base URL of the connection, or a whole URL of the same origin.',
    placeholder: 'Path or URL',
    example: '/v1/customers',
    clean: toText,
  },
  method: {
    label: 'Method',
    type: 'string' as const,
    required: true as const,
    model: choices('DELETE', 'GET', 'HEAD', 'LINK', 'OPTIONS', 'PATCH', 'POST', 'PURGE', 'PUT', 'UNLINK'),
    comments: 'What to do with it.',
    clean: toText,
  },
  data: {
    label: 'Body',
    type: 'string' as const,
    required: false as const,
    comments: 'Sent as it is. Leave it empty where the body is a form.',
    placeholder: 'Text or JSON',
    example: '{"name": "Acme"}',
  },
  formData: {
    label: 'Form fields',
    type: 'string' as const,
    collection: 'keyvaluelist' as const,
    required: false as const,
    comments: 'Fields of a multipart form.',
    placeholder: 'Value',
    example: 'kind=invoice',
  },
  fileData: {
    label: 'Files',
    type: 'string' as const,
    collection: 'keyvaluelist' as const,
    required: false as const,
    comments: 'Files of a multipart form, as the result of an earlier step or as text.',
    placeholder: 'Content',
    example: 'report=…',
  },
  fileDataFileNames: {
    label: 'File names',
    type: 'string' as const,
    collection: 'keyvaluelist' as const,
    required: false as const,
    comments: 'What a file is called, by the name of its field. The name of the field itself when left out.',
    placeholder: 'report.csv',
    clean: (values: unknown): Record<string, string> | undefined =>
      values
        ? keyValPairListToObject<string>(values as Parameters<typeof keyValPairListToObject>[0])
        : undefined,
  },
  queryParams: {
    label: 'Query parameters',
    type: 'string' as const,
    collection: 'keyvaluelist' as const,
    required: false as const,
    comments: 'Added to the URL, each name once.',
    placeholder: 'Value',
  },
  headers: {
    label: 'Headers',
    type: 'string' as const,
    collection: 'keyvaluelist' as const,
    required: false as const,
    comments: 'Sent beside those of the connection, which win.',
    placeholder: 'Value',
    example: 'Accept=text/csv',
  },
  responseType: {
    label: 'Kind of answer',
    type: 'string' as const,
    default: 'json',
    required: true as const,
    comments: 'What the body of the answer becomes. Files are an arraybuffer.',
    placeholder: 'json',
    model: choices<ResponseType>('arraybuffer', 'document', 'json', 'text'),
    clean: (value: unknown): ResponseType => toText(value) as ResponseType,
  },
  timeout: {
    label: 'Timeout',
    type: 'string' as const,
    required: false as const,
    comments: 'Milliseconds until the request is given up.',
    example: '10000',
    clean: toCount,
  },
  debugRequest: {
    label: 'Log the request',
    type: 'boolean' as const,
    required: false as const,
    comments: 'Writes what is sent and what comes back, without credentials.',
    clean: toBoolean,
  },
  retryDelayMS: {
    label: 'Wait before another attempt',
    type: 'string' as const,
    default: '0',
    required: false as const,
    comments: 'Milliseconds between two attempts.',
    placeholder: '1000',
    clean: toCount,
  },
  retryAllErrors: {
    label: 'Try again after every error',
    type: 'boolean' as const,
    default: 'false',
    required: false as const,
    comments: 'Also when the request may have had an effect.',
    clean: toBoolean,
  },
  maxRetries: {
    label: 'Further attempts',
    type: 'string' as const,
    default: '0',
    required: false as const,
    comments: 'How often to try again; 0 for never.',
    placeholder: '3',
    clean: toCount,
  },
  useExponentialBackoff: {
    label: 'Wait longer each time',
    type: 'boolean' as const,
    default: 'false',
    required: false as const,
    comments: 'Doubles the wait with every attempt.',
    clean: toBoolean,
  },
};
