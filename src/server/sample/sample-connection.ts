import { SecretValue } from '../../index.ts';
import type { OperationDraft, Store } from '../../store.ts';
import { isObject, type JsonObject } from '../documents/json.ts';
import { readConnectionDocument } from '../documents/stored-documents.ts';
import { SAMPLE_CLIENT } from './sample-api.ts';

/** The same on every server, so that documentation and tests can name it. */
export const SAMPLE_ID = '5a3b1e00-0000-4000-8000-000000000001';

const SECRET_NAME = 'Library Secret';

/**
 * Adds the sample connection on first start, and leads it to where the sample API listens this time. One that was
 * deleted, or leads elsewhere by now, is left alone.
 */
export async function placeSampleConnection(store: Store, origin: string, isFirst: boolean): Promise<void> {
  if (isFirst) {
    const secrets = new Map([[SECRET_NAME, new SecretValue(SAMPLE_CLIENT.secret)]]);
    const definition = JSON.stringify(toDocument(origin));
    await store.connections.import({
      id: SAMPLE_ID,
      name: 'Sample library',
      definition,
      secrets,
      operations,
    });
    return;
  }
  const stored = await store.connections.get(SAMPLE_ID);
  const document = stored === undefined ? undefined : readConnectionDocument(stored);
  const config = document?.config;
  if (stored === undefined || !isObject(config) || !isOfSample(config) || config['baseUrl'] === origin)
    return;
  const { auth } = config;
  const moved = isObject(auth) ? { ...auth, tokenUrl: `${origin}/token` } : auth;
  const definition = JSON.stringify({ ...document, config: { ...config, baseUrl: origin, auth: moved } });
  await store.connections.update(SAMPLE_ID, { definition, lockVersion: stored.lockVersion });
}

/** A port of this machine without a path: where every sample API listens, and hardly anything else. */
function isOfSample({ baseUrl, auth }: JsonObject): boolean {
  const isLocal = typeof baseUrl === 'string' && /^http:\/\/127\.0\.0\.1:\d+$/.test(baseUrl);
  return isLocal && isObject(auth) && auth['tokenUrl'] === `${baseUrl}/token`;
}

function toDocument(origin: string): JsonObject {
  return {
    description: 'A few books, served by the server itself on this machine. Try its operations.',
    documentationLink: '',
    config: {
      configType: 'http',
      baseUrl: origin,
      testPath: '/books',
      caCert: null,
      auth: {
        authType: 'client_credentials',
        tokenUrl: `${origin}/token`,
        clientId: SAMPLE_CLIENT.id,
        clientSecret: `<<${SECRET_NAME}>>`,
        scope: null,
        clientAuth: 'www_form_urlencoded',
        caCert: null,
      },
    },
    secretNames: [SECRET_NAME],
  };
}

const operations: readonly OperationDraft[] = [
  toOperation(2, 'List books', {
    config: { method: 'GET', path: '/books', params: { author: '{{Author}}', limit: '{{Limit [1-100]}}' } },
    outputs: {
      Books: { value: 'body.books', children: { Title: 'current.title', Author: 'current.author' } },
    },
  }),
  toOperation(3, 'Get book', {
    config: { method: 'GET', path: '/books/{{Book Id*}}' },
    outputs: {
      Title: { value: 'body.title' },
      Author: { value: 'body.author' },
      Year: { value: 'body.year' },
    },
  }),
  toOperation(4, 'Add book', {
    config: {
      method: 'POST',
      path: '/books',
      headers: { 'content-type': 'application/json' },
      body: { bodyType: 'raw', raw: '{"title": "{{Title*}}", "author": "{{Author*}}"}' },
    },
    outputs: { 'Book Id': { value: 'body.id' } },
  }),
  toOperation(5, 'Watch arrivals', {
    config: { method: 'GET', path: '/arrivals', streamResponse: true },
    outputs: { Title: { value: 'body.title' } },
  }),
];

function toOperation(
  number: number,
  name: string,
  { config, outputs }: { readonly config: JsonObject; readonly outputs: JsonObject },
): OperationDraft {
  const whole = {
    configType: 'http',
    params: {},
    headers: {},
    body: { bodyType: 'raw', raw: '' },
    includeEmptyParams: false,
    followRedirect: false,
    streamResponse: false,
    ...config,
  };
  const definition = JSON.stringify({ config: whole, outputs, notes: null, documentationLink: '' });
  return { id: `${SAMPLE_ID.slice(0, -1)}${number}`, name, definition };
}
