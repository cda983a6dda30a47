import type { ServerResponse } from 'node:http';
import { createEngine, FerruleError } from '../../src/index.ts';
import { type Received, sendJson, startEchoServer } from '../support/echo-server.ts';

type Auth = Readonly<Record<string, unknown>>;

/** One way in which authentication fails: the definition's `auth`, and what the token endpoint answers. */
interface Failure {
  readonly auth: Auth;
  readonly answer?: (response: ServerResponse, request: Received) => void;
  readonly secrets?: Readonly<Record<string, null>>;
}

const clientCredentials: Auth = {
  authType: 'client_credentials',
  tokenUrl: 'BASE/oauth/token',
  clientId: 'ferrule',
  clientSecret: 'cs_44e1',
};

const fetched: Auth = {
  authType: 'http_bearer_token',
  token: {
    operation: { method: 'POST', path: '/login' },
    tokenOutput: 'body.session.token',
    expirationOutput: 'body.session.expires',
  },
};

const json = (statusCode: number, value: unknown) => (response: ServerResponse) =>
  sendJson(response, value, statusCode);

const html = (statusCode: number) => (response: ServerResponse) => {
  response.writeHead(statusCode, { 'content-type': 'text/html' });
  response.end('<html>Sign in</html>');
};

const failures: readonly Failure[] = [
  { auth: { authType: 'basic', username: 'team:robot', password: 'x' } },
  { auth: { authType: 'raw_bearer_token', token: null } },
  {
    auth: { authType: 'raw_bearer_token', token: '<<API Token>>' },
    secrets: { 'API Token': null },
  },
  {
    auth: clientCredentials,
    answer: json(401, { error: 'invalid_client', error_description: 'Unknown client' }),
  },
  { auth: clientCredentials, answer: html(503) },
  { auth: clientCredentials, answer: html(200) },
  { auth: clientCredentials, answer: json(200, { access_token: 'at', expires_in: 0 }) },
  { auth: fetched, answer: json(200, { session: { key: 'ses', expires: 1800 } }) },
  { auth: fetched, answer: json(200, { session: { token: 'ses', expires: 1_900_000_000 } }) },
  { auth: fetched, answer: json(200, { user: 'jo' }) },
];

/** The messages of every failure, in order. */
export async function authenticationMessages(): Promise<readonly string[]> {
  const messages: string[] = [];
  for (const failure of failures) messages.push(await messageOf(failure));
  return messages;
}

async function messageOf({ auth, answer, secrets = {} }: Failure): Promise<string> {
  await using server = await startEchoServer((request, response) => {
    if (answer === undefined || request.url === '/things') return false;
    answer(response, request);
    return undefined;
  });
  await using engine = createEngine();
  const definition = {
    name: 'Example',
    config: { baseUrl: 'BASE', auth },
    secrets,
    operations: [{ name: 'List', config: { method: 'GET', path: '/things' } }],
  };
  const connection = engine.connection(JSON.stringify(definition).replaceAll('BASE', server.origin));
  try {
    const { statusCode } = await connection.execute('List');
    return `no failure but status ${statusCode}`;
  } catch (error) {
    if (!(error instanceof FerruleError)) throw error;
    return error.message;
  }
}
