import { setTimeout as pause } from 'node:timers/promises';
import { startSampleApi } from '../../src/server/sample/sample-api.ts';
import { placeSampleConnection } from '../../src/server/sample/sample-connection.ts';
import { createServer } from '../../src/server.ts';
import { openMemoryStore } from '../../src/store.ts';
import { testSettings } from './server-world.ts';
import { PUBLIC_URL, stepsOfConnecting } from './session-of-connecting.ts';
import { stepsOfExecutions } from './session-of-executions.ts';

/** One request of the session, and what a reader should know about it. */
export interface Step {
  readonly title: string;
  readonly note?: string;
  readonly method: string;
  /** With `{connection}` and the like for what an earlier answer gave. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Names the id of the answer, the first of several, for later steps. */
  readonly keep?: string;
  /** It is asked again until the answer has this in it. */
  readonly until?: string;
}

/** What is recorded: the page, and the endpoints that were asked, as `GET /api/connections/:id`. */
export interface RecordedSession {
  readonly page: string;
  readonly asked: ReadonlySet<string>;
}

const SAMPLE = '5a3b1e00-0000-4000-8000-000000000001';
const LIST_BOOKS = '5a3b1e00-0000-4000-8000-000000000002';
const WATCH = '5a3b1e00-0000-4000-8000-000000000005';
const weather = {
  configType: 'http',
  baseUrl: 'https://weather.example.com',
  auth: { authType: 'raw_bearer_token', token: '<<Key>>' },
};
const forecast = {
  configType: 'http',
  method: 'GET',
  path: '/forecast/{{City*}}',
  params: { days: '{{Days [1-10]}}' },
};
const forecastOutputs = { Temperature: { value: 'body.temperature' } };

const steps: readonly Step[] = [
  {
    title: 'Health',
    note: 'Without a key, as the version. Every other request has one.',
    method: 'GET',
    path: '/api/healthz',
  },
  { title: 'Version', method: 'GET', path: '/api/version' },
  {
    title: 'Connections',
    note: 'A list is a bare array. No secret has a value.',
    method: 'GET',
    path: '/api/connections',
  },
  {
    title: 'Create a connection',
    method: 'POST',
    path: '/api/connections',
    body: { name: 'Weather', type: 'http', config: weather, secrets: { Key: 'wk-1f20' } },
    keep: 'connection',
  },
  { title: 'Read it', method: 'GET', path: '/api/connections/{connection}' },
  {
    title: 'Replace its secret',
    note: 'What is left out stays. null for a secret keeps it, `{"$clear": true}` removes it.',
    method: 'PATCH',
    path: '/api/connections/{connection}',
    body: { lockVersion: 1, secrets: { Key: 'wk-7c33' } },
  },
  {
    title: 'Change it on an old version',
    method: 'PUT',
    path: '/api/connections/{connection}',
    body: { lockVersion: 1, description: 'Forecasts' },
  },
  {
    title: 'Make a mistake',
    note: 'Every problem has its place.',
    method: 'PATCH',
    path: '/api/connections/{connection}',
    body: { config: { baseUrl: 'weather.example.com', testpath: '/' } },
  },
  {
    title: 'Create an operation',
    method: 'POST',
    path: '/api/connections/{connection}/operations',
    body: { name: 'Forecast', config: forecast, outputs: forecastOutputs },
    keep: 'operation',
  },
  { title: 'List operations', method: 'GET', path: '/api/connections/{connection}/operations' },
  { title: 'Read one', method: 'GET', path: '/api/connections/{connection}/operations/{operation}' },
  {
    title: 'Change it',
    method: 'PUT',
    path: '/api/connections/{connection}/operations/{operation}',
    body: { notes: 'Up to ten days.' },
  },
  {
    title: 'Change a field of its config',
    method: 'PATCH',
    path: '/api/connections/{connection}/operations/{operation}',
    body: { config: { path: '/v2/forecast/{{City*}}' } },
  },
  {
    title: 'Find operations by their ids',
    method: 'POST',
    path: '/api/operations-search',
    body: { ids: ['{operation}'] },
  },
  {
    title: 'Inspect an operation',
    note: 'The inputs by name, and with their types as JSON Schema.',
    method: 'POST',
    path: '/api/inspect',
    body: { operationId: '{operation}' },
  },
  {
    title: 'Try outputs on an answer',
    method: 'POST',
    path: '/api/transform',
    body: { outputs: forecastOutputs, raw: { statusCode: 200, headers: {}, body: { temperature: 21 } } },
  },
  {
    title: 'See the request without sending it',
    method: 'POST',
    path: '/api/dry-run',
    body: {
      connectionId: '{connection}',
      operationId: '{operation}',
      parameters: { City: 'São Paulo', Days: 3 },
    },
  },
  { title: 'Test the sample connection', method: 'POST', path: `/api/connections/${SAMPLE}/test` },
  {
    title: 'Test a connection that is not stored',
    method: 'POST',
    path: '/api/test',
    body: { name: 'Nowhere', type: 'http', config: { configType: 'http', baseUrl: 'http://10.0.0.1' } },
  },
  {
    title: 'Execute an operation',
    method: 'POST',
    path: '/api/execute',
    body: { connectionId: SAMPLE, operationId: LIST_BOOKS, parameters: { Author: 'Shelley' } },
  },
  {
    title: 'Execute it, and look closer',
    method: 'POST',
    path: '/api/execute?debug',
    body: { connectionId: SAMPLE, operationId: LIST_BOOKS, parameters: { Author: 'Eliot' } },
  },
  {
    title: 'Execute it once',
    note: 'Sent again with the same key, it has the same answer, and nothing is done.',
    method: 'POST',
    path: '/api/execute',
    headers: { 'Idempotency-Key': 'lovelace-1' },
    body: { connectionId: SAMPLE, operationId: LIST_BOOKS, parameters: { Author: 'Lovelace' } },
  },
  {
    title: 'Execute it with a wrong parameter',
    method: 'POST',
    path: '/api/execute',
    body: { connectionId: SAMPLE, operationId: LIST_BOOKS, parameters: { Autor: 'Shelley' } },
  },
  {
    title: 'Execute an operation that streams',
    method: 'POST',
    path: '/api/execute',
    body: { connectionId: SAMPLE, operationId: WATCH },
  },
  ...stepsOfExecutions(SAMPLE, LIST_BOOKS),
  ...stepsOfConnecting(),
  { title: 'What happened', method: 'GET', path: `/api/connections/${SAMPLE}/events?limit=2` },
  { title: 'How the connection is', method: 'GET', path: `/api/connections/${SAMPLE}/health` },
  { title: 'What the server refused', method: 'GET', path: '/api/events?limit=1' },
  { title: 'Restart a connection', method: 'POST', path: `/api/connections/${SAMPLE}/restart` },
  { title: 'Export', method: 'GET', path: '/api/export/connections/{connection}' },
  {
    title: 'Import',
    note: 'With `?force=true` it replaces what is there; without, it is refused when the id is taken.',
    method: 'POST',
    path: '/api/import/connections',
    body: { name: 'Copy', type: 'http', config: weather, secrets: { Key: null }, operations: [] },
    keep: 'copy',
  },
  {
    title: 'Import operations',
    note: 'All or none: errors are by the position in the list.',
    method: 'POST',
    path: '/api/import/connections/{copy}/operations',
    body: [
      { name: 'Forecast', config: forecast, outputs: forecastOutputs },
      { name: 'Broken', config: { configType: 'http', method: 'FETCH', path: '/' } },
    ],
  },
  { title: 'Rotate the encryption key', method: 'POST', path: '/api/rotate-encryption-key' },
  {
    title: 'Delete an operation',
    method: 'DELETE',
    path: '/api/connections/{connection}/operations/{operation}',
  },
  { title: 'Delete a connection', method: 'DELETE', path: '/api/connections/{connection}' },
  { title: 'Ask for what is gone', method: 'GET', path: '/api/connections/{connection}' },
  {
    title: 'The description of all of this',
    note: 'OpenAPI 3.1; shortened here.',
    method: 'GET',
    path: '/api/openapi.json',
  },
];

/** Takes every step on a fresh server with its sample connection, and writes down what was said. */
export async function recordSession(): Promise<RecordedSession> {
  const store = await openMemoryStore();
  const sample = await startSampleApi();
  await placeSampleConnection(store, sample.origin, true);
  const log = { info: ignore, warn: ignore, error: ignore, flush: async () => undefined };
  const server = await createServer({ settings: { ...testSettings, publicUrl: PUBLIC_URL }, store, log });
  try {
    const { key } = await store.apiKeys.create({ name: 'session', scopes: ['manage'] });
    const kept = new Map<string, string>();
    const stable = createStabilizer(sample.origin);
    const sections: string[] = [];
    const asked = new Set<string>();
    for (const step of steps) {
      const fill = (text: string) =>
        text.replaceAll(
          /\{(connection|operation|copy|execution|failed|accounting|link)\}/g,
          (_, name) => kept.get(name) ?? '',
        );
      const path = fill(step.path);
      const body = step.body === undefined ? undefined : fill(JSON.stringify(step.body));
      const isOpen = path === '/api/healthz' || path === '/api/version' || path.startsWith('/oauth/');
      const ask = () =>
        fetch(server.origin + path, {
          method: step.method,
          redirect: 'manual',
          headers: {
            ...(isOpen ? {} : { authorization: `Bearer ${key.reveal()}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...step.headers,
          },
          ...(body === undefined ? {} : { body }),
        });
      let response = await ask();
      let text = await response.text();
      while (step.until !== undefined && !text.includes(step.until)) {
        await pause(10);
        response = await ask();
        text = await response.text();
      }
      if (step.keep !== undefined) kept.set(step.keep, toId(JSON.parse(text)));
      asked.add(
        `${step.method} ${path.replace(/\?.*/, '').replaceAll(/[\da-f]{8}-[\da-f-]{27}|[\w-]{43}/g, ':id')}`,
      );
      sections.push(toSection(step, path, body, response, text, stable));
    }
    return { page: `${HEAD}${sections.join('\n')}`, asked };
  } finally {
    await server.stop();
    await store.close();
    await sample.close();
  }
}

type Identified = { readonly id?: string; readonly ids?: readonly string[]; readonly url?: string };

/** Of what was created, of the first of several, or of the first of a list; of a link, its end. */
function toId(answer: Identified | readonly Identified[]): string {
  const first = Array.isArray(answer) ? answer[0] : answer;
  return first?.id ?? first?.ids?.[0] ?? first?.url?.split('/').at(-1) ?? '';
}

function ignore(): void {}

const HEAD = `# A session with the server

Every endpoint once, on a server that was just started, with its sample connection. A test records this page and compares it, so the
answers are real; ids, times, durations and ports are made the same each time. Requests carry \`Authorization: Bearer\` and a key.

`;

function toSection(
  { title, note, method, headers = {} }: Step,
  path: string,
  body: string | undefined,
  response: Response,
  text: string,
  stable: (text: string) => string,
): string {
  const head = [
    `${method} ${path}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ].join('\n');
  const type = response.headers.get('content-type') ?? '';
  const shown = type.includes('json')
    ? show(shorten(path, JSON.parse(text)))
    : text
        .replace(/<style>.*<\/style>/, '<style>…</style>')
        .trim()
        .split('\n')
        .slice(0, 16)
        .join('\n');
  const asked = body === undefined ? head : `${head}\n\n${show(JSON.parse(body))}`;
  const lines = [
    `## ${title}`,
    '',
    ...(note === undefined ? [] : [note, '']),
    '```http',
    stable(asked),
    '```',
    '',
    '```http',
    stable(`HTTP/1.1 ${response.status}\n${toHead(response)}\n${shown}`.trimEnd()),
    '```',
    '',
  ];
  return lines.join('\n');
}

/** The headers that tell something; of JSON there are none. */
function toHead({ headers }: Response): string {
  const shown = ['content-type', 'location', 'set-cookie'].flatMap(name => {
    const value = headers.get(name) ?? '';
    const title = name.replace(/(^|-)[a-z]/g, letter => letter.toUpperCase());
    return value === '' || value.includes('json') ? [] : [`${title}: ${value}\n`];
  });
  return shown.join('');
}

function show(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function shorten(path: string, body: { readonly openapi?: string; readonly info?: object }): unknown {
  return path === '/api/openapi.json' ? { openapi: body.openapi, info: body.info } : body;
}

/** Makes what differs from run to run the same: each id becomes the next number, times one time, durations 1. */
function createStabilizer(sampleOrigin: string): (text: string) => string {
  const ids = new Map<string, string>();
  return text =>
    text
      .replaceAll(sampleOrigin, 'http://127.0.0.1:8421')
      .replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, id => {
        if (id.startsWith(SAMPLE.slice(0, 8))) return id;
        const known = ids.get(id) ?? `00000000-0000-4000-8000-${String(ids.size + 1).padStart(12, '0')}`;
        ids.set(id, known);
        return known;
      })
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '2026-01-01T00:00:00.000Z')
      .replaceAll(/("(?:\w*Ms|duration|expiresAtMs)": ?)[\d.]+/g, '$11')
      .replaceAll(/((?:state|code_challenge)=|\/start\/)[\w.-]{43,}/g, '$1…')
      .replaceAll(/(ferrule-connect-)[\da-f]{16}=[\w-]{43}/g, '$1…=…')
      .replaceAll(/(ferrule-connect-)[\da-f]{16}=;/g, '$1…=;')
      .replaceAll(/("date": ?)"[^"]*"/g, '$1"Thu, 01 Jan 2026 00:00:00 GMT"')
      .replaceAll(/("keyId": ?)"[^"]*"/g, '$1"key-2"')
      .replaceAll(/("rotated": ?)\d+/g, '$11')
      .replaceAll(/("version": ?)"\d+\.\d+\.\d+"/g, '$1"0.1.0"')
      .replaceAll(/("buildNumber": ?)"\d+\.\d+\.\d+"/g, '$1"0.1.0"');
}
