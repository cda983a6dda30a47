import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small library of books to try connections on: it needs no network, and forgets everything when it ends. */
export interface SampleApi {
  readonly origin: string;
  close(): Promise<void>;
}

/** No secret: it opens nothing but the books below, to programs on this machine. */
export const SAMPLE_CLIENT = { id: 'sample', secret: 'sample-library-secret' };

interface Book {
  readonly id: number;
  readonly title: string;
  readonly author: string;
  readonly year: number;
}

const shelf: readonly Book[] = [
  { id: 1, title: 'Notes by the Translator', author: 'Ada Lovelace', year: 1843 },
  { id: 2, title: 'Middlemarch', author: 'George Eliot', year: 1871 },
  { id: 3, title: 'Frankenstein', author: 'Mary Shelley', year: 1818 },
  { id: 4, title: 'The Last Man', author: 'Mary Shelley', year: 1826 },
];

const TOKEN_SECONDS = 300;
const MAX_BOOKS = 100;
const MAX_TOKENS = 1_000;
const MAX_BODY_BYTES = 10_000;

export async function startSampleApi(): Promise<SampleApi> {
  const tokens = new Set<string>();
  const books = [...shelf];
  const server = createServer((request, response) => {
    answer(request, response, { tokens, books }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Library {
  readonly tokens: Set<string>;
  readonly books: Book[];
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { tokens, books }: Library,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const body = await readBody(request);
  const route = `${request.method} ${pathname}`;
  if (route === 'POST /token') {
    const form = new URLSearchParams(body);
    if (form.get('client_id') !== SAMPLE_CLIENT.id || form.get('client_secret') !== SAMPLE_CLIENT.secret) {
      return send(response, 401, { error: 'invalid_client' });
    }
    if (tokens.size >= MAX_TOKENS) tokens.clear();
    const token = randomBytes(24).toString('base64url');
    tokens.add(token);
    return send(response, 200, { access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS });
  }
  if (!tokens.has(request.headers.authorization?.replace(/^Bearer /, '') ?? '')) {
    return send(response, 401, { error: 'invalid_token' });
  }
  if (route === 'GET /books') {
    const author = searchParams.get('author')?.toLowerCase() ?? '';
    const found = books.filter(book => book.author.toLowerCase().includes(author));
    return send(response, 200, { books: found.slice(0, Number(searchParams.get('limit') ?? MAX_BOOKS)) });
  }
  if (route === 'POST /books') {
    const { title, author } = JSON.parse(body) as Partial<Book>;
    if (typeof title !== 'string' || typeof author !== 'string' || books.length >= MAX_BOOKS) {
      return send(response, 422, { error: 'A book has a title and an author, and the shelf has an end.' });
    }
    const book = { id: books.length + 1, title, author, year: new Date().getUTCFullYear() };
    books.push(book);
    return send(response, 201, book);
  }
  if (route === 'GET /arrivals') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const book of books)
      response.write(`id: ${book.id}\nevent: arrival\ndata: ${JSON.stringify(book)}\n\n`);
    return void response.end();
  }
  const id = /^\/books\/(\d+)$/.exec(pathname)?.[1];
  const book = request.method === 'GET' ? books.find(each => String(each.id) === id) : undefined;
  return book === undefined
    ? send(response, 404, { error: 'There is no such book.' })
    : send(response, 200, book);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) request.destroy();
  }
  return text;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
