import { gzipSync } from 'node:zlib';
import type { Answer, Answerer, RecordedRequest } from '../support/recording-server.ts';

/** Who may use the API. */
export interface DemoAccess {
  readonly portalPassword: string;
  readonly apiKey: string;
  readonly storageOrigin: string;
  isSession(token: string): boolean;
  clientOf(token: string): Promise<string | undefined>;
}

const USERS = [
  { username: 'jdoe', displayName: 'Jo Doe', email: 'jo@example.test', enabled: true },
  { username: 'asmith', displayName: 'Alex Smith', email: 'alex@example.test', enabled: true },
];

/** An API with several tenants, each behind its own kind of credential: 401 for every other one. */
export function createApi(access: DemoAccess): Answerer {
  const portal = `Basic ${Buffer.from(`integration-user:${access.portalPassword}`).toString('base64')}`;
  const rooms: readonly Room[] = [
    { prefix: '/app/api/v1', admits: credential => credential === portal, answer: answerPortal },
    { prefix: '/v1', admits: credential => bearer(credential) === access.apiKey, answer: answerAssistant },
    {
      prefix: '/files/v1',
      admits: credential => bearer(credential) === access.apiKey,
      answer: ({ url }) => answerFiles(url, access.storageOrigin),
    },
    {
      prefix: '/assets/api',
      admits: credential => access.isSession(bearer(credential)),
      answer: answerAssets,
    },
    {
      prefix: '/billing',
      admits: async credential => (await access.clientOf(bearer(credential))) === 'billing-demo',
      answer: answerBilling,
    },
    {
      prefix: '/api/now',
      admits: async credential => (await access.clientOf(bearer(credential))) === 'desk-demo',
      answer: answerDesk,
    },
    { prefix: '', admits: () => true, answer: answerStatusPage },
  ];
  return async (request, response) => {
    const room = rooms.find(({ prefix }) => request.url.startsWith(prefix));
    if (room === undefined) return notFound;
    if (!(await room.admits(request.header['authorization'] ?? ''))) {
      return { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: { error: 'Who are you?' } };
    }
    return room.answer({ ...request, url: request.url.slice(room.prefix.length) }, response);
  };
}

interface Room {
  readonly prefix: string;
  readonly admits: (credential: string) => boolean | Promise<boolean>;
  readonly answer: Answerer;
}

const notFound: Answer = { status: 404, body: { error: 'There is no such thing' } };

function bearer(credential: string): string {
  return credential.startsWith('Bearer ') ? credential.slice(7) : '';
}

function answerPortal({ method, url, body }: RecordedRequest): Answer {
  const { pathname, searchParams } = new URL(url, 'https://portal.test');
  if (pathname === '/me') return { body: USERS[0] };
  if (pathname === '/users') {
    const text = JSON.stringify({ users: USERS.slice(0, Number(searchParams.get('limit') ?? 100)) });
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    return { headers, body: gzipSync(text) };
  }
  const user = USERS.find(({ username }) => pathname === `/users/${username}`);
  if (user === undefined) return notFound;
  if (method === 'DELETE') return { status: 204 };
  return { body: { user: method === 'PUT' ? { ...user, ...JSON.parse(body.toString()) } : user } };
}

const answerAssistant: Answerer = ({ url, body }, response) => {
  if (url === '/models') return { body: { data: [{ id: 'small-1' }, { id: 'large-1' }] } };
  if (url !== '/responses') return notFound;
  const { input } = JSON.parse(body.toString()) as { input: string };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const delta of ['You ', 'said: ', input]) {
    response.write(`event: delta\ndata: ${JSON.stringify({ type: 'delta', delta })}\n\n`);
  }
  response.end('data: [DONE]\n\n');
  return undefined;
};

function answerFiles(url: string, storageOrigin: string): Answer {
  const id = /^\/items\/([^/]+)\/content$/.exec(url)?.[1];
  if (url === '/about') return { body: {} };
  if (id === 'unsafe') return { status: 302, headers: { location: 'http://127.0.0.1:9/plain' } };
  if (id === undefined) return notFound;
  return { status: 302, headers: { location: `${storageOrigin}/blobs/${id}` } };
}

function answerAssets({ method, url }: RecordedRequest): Answer {
  if (url === '/ping') return { body: {} };
  if (!url.startsWith('/assets')) return notFound;
  if (method === 'POST') return { status: 201, headers: { location: '/assets/7' }, body: { id: 7 } };
  return { body: { items: [{ tag: 'A-1', model: { name: 'Laptop' } }], total: 1 } };
}

function answerBilling({ url }: RecordedRequest): Answer {
  if (!url.startsWith('/accounts/')) return url === '/accounts' ? { body: [] } : notFound;
  const invoices = [
    { number: 'I-1', amount: 120, status: 'open' },
    { number: 'I-2', amount: 80.5, status: 'overdue' },
  ];
  return { body: { invoices } };
}

function answerDesk({ url, header, body }: RecordedRequest): Answer {
  if (url.startsWith('/table/sys_user')) return { body: { result: [] } };
  if (url.startsWith('/attachment/upload')) {
    const isMultipart = header['content-type']?.startsWith('multipart/form-data; boundary=');
    const hasFile = body.toString().includes('filename="report.txt"');
    return isMultipart && hasFile ? { body: { result: { sys_id: 'att-1' } } } : { status: 400 };
  }
  if (!url.startsWith('/attachment?')) return notFound;
  return { body: { result: [{ file_name: 'photo.png', size_bytes: '2048' }] } };
}

function answerStatusPage({ url }: RecordedRequest): Answer {
  if (url === '/api/v2/status.json')
    return { body: { status: { indicator: 'none', description: 'All up' } } };
  if (url.startsWith('/i/')) return { status: 301, headers: { location: '/api/v2/incidents/42.json' } };
  if (url === '/api/v2/incidents/42.json')
    return { body: { incident: { name: 'Slow logins', impact: 'minor' } } };
  if (url !== '/api/v2/components.ndjson') return notFound;
  const lines = [
    { name: 'Web', status: 'up' },
    { name: 'Mail', status: 'degraded' },
  ];
  return {
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.map(line => `${JSON.stringify(line)}\n`).join(''),
  };
}
