export { handleErrors } from './client-failure.ts';
export type {
  ClientProps,
  HttpClient,
  HttpClientResponse,
  RequestConfig,
  ResponseType,
  RetryConfig,
} from './client-types.ts';
export { createClient } from './create-client.ts';
export { inputs } from './inputs.ts';
export { buildRawRequestAction, type RawRequestValues, sendRawRequest } from './raw-request.ts';
