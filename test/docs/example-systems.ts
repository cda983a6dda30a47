import type { ServerResponse } from 'node:http';
import { type EchoServer, type Received, sendJson, startEchoServer } from '../support/echo-server.ts';

/** The systems that the pages talk to, each a loopback server, by host: `tickets.example.com`. */
export interface ExampleSystems {
  /** The text with every `https://` address of a page turned into that of its server. */
  toLocal(text: string): string;
  /** The other way round, for what programs print. */
  toPublished(text: string): string;
  /** Requests received since the last call, in order, as a page shows them. */
  takeRequests(): readonly string[];
  close(): Promise<void>;
}

/** Hosts that stand for a server: those reserved for examples (RFC 2606), and the one of the README. */
export const EXAMPLE_HOST = /https:\/\/((?:[a-z0-9-]+\.)+example\.com|api\.github\.com)/g;

export async function startExampleSystems(hosts: Iterable<string>): Promise<ExampleSystems> {
  const servers = new Map<string, EchoServer>();
  const requests: string[] = [];
  for (const host of hosts) {
    const server = await startEchoServer((request, response) => {
      requests.push(describeRequest(request, host));
      return answer(request, response);
    });
    servers.set(host, server);
  }
  return {
    toLocal: text =>
      text.replaceAll(EXAMPLE_HOST, (address, host: string) => servers.get(host)?.origin ?? address),
    toPublished: text =>
      [...servers].reduce((shown, [host, { origin }]) => {
        const address = origin.slice('http://'.length);
        return shown.replaceAll(origin, `https://${host}`).replaceAll(address, host);
      }, text),
    takeRequests: () => requests.splice(0),
    async close() {
      for (const server of servers.values()) await server.close();
    },
  };
}

/** What the systems answer, by method and path. */
const answers: Readonly<Record<string, readonly [statusCode: number, body: unknown]>> = {
  'GET /repos/octocat/Hello-World': [200, { owner: { login: 'octocat' }, default_branch: 'master' }],
  'GET /v1/me': [200, { user: 'jo' }],
  'GET /v1/tickets': [
    200,
    {
      tickets: [
        { id: 17, title: 'Printer is on fire' },
        { id: 23, title: 'Coffee is cold' },
      ],
      total: 2,
    },
  ],
  'POST /v1/tickets': [201, { id: 24 }],
  'POST /v1/login': [200, { session: { token: 'ses_81c0', seconds: 1800 } }],
  'POST /oauth/token': [200, { access_token: 'at_93d7', token_type: 'Bearer', expires_in: 3600 }],
};

function answer(request: Received, response: ServerResponse): true {
  const route = `${request.method} ${request.url.split('?')[0]}`;
  if (route === 'GET /v1/changes') return sendEvents(response);
  const [statusCode, body] = answers[route] ?? [404, { message: 'Not found' }];
  return sendJson(response, body, statusCode);
}

function sendEvents(response: ServerResponse): true {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('event: changed\nid: 1\ndata: {"ticket":17,"status":"closed"}\n\n');
  response.end('event: changed\nid: 2\ndata: {"ticket":23,"status":"open"}\n\n');
  return true;
}

/** The request as text, without what a connection adds that says nothing: length, compression, keep-alive. */
function describeRequest({ method, url, rawHeaders, body }: Received, host: string): string {
  const hidden = ['connection', 'content-length', 'accept-encoding', 'accept', 'user-agent'];
  const lines: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = name.toLowerCase() === 'host' ? host : rawHeaders[at + 1];
    if (!hidden.includes(name.toLowerCase())) lines.push(`${name.toLowerCase()}: ${value}`);
  }
  return [`${method} ${url} HTTP/1.1`, ...lines, ...(body === '' ? [] : ['', body])].join('\n');
}
