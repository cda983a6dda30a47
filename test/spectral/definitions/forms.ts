import type { ConnectionDefinition } from '../../../src/spectral/index.ts';

/** A connection in a form that real connectors have, values for it, and what it must send. `ORIGIN` is the test server. */
export interface Form {
  readonly title: string;
  readonly definition: ConnectionDefinition;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Given instead of an authorization. */
  readonly token?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
  /** Method, path and headers beyond those of every request, and the body, of each request in order. */
  readonly sends: readonly string[];
}

const display = { label: 'Acme', description: 'Acme' };
const text = { label: 'Text', type: 'string', required: true } as const;
const secret = { label: 'Secret', type: 'password', required: true } as const;
const keyInputs = { endpoint: { ...text, default: 'ORIGIN/v1' }, apiKey: secret };
const keyFields = { endpoint: 'ORIGIN/v1', apiKey: 'k3y/=+' };
const endpoint = '{{#endpoint}}';

/** An API key, with the block that says where it goes. */
const keyed = (title: string, apply: object, sent: string): Form => ({
  title,
  definition: {
    key: 'acme',
    display,
    inputs: keyInputs,
    apply: { baseUrl: endpoint, ...apply },
  },
  fields: keyFields,
  sends: [sent],
});

const users = { username: text, password: secret };
const basic = (title: string, inputs: object, apply: object, fields: object, sent: string): Form => ({
  title,
  definition: {
    key: 'acme',
    display,
    inputs: { ...inputs, endpoint: text } as never,
    apply: { baseUrl: endpoint, ...apply },
  },
  fields: { endpoint: 'ORIGIN', ...fields },
  sends: [sent],
});

/** Credentials that are sent as they are, and a session that is asked for with them. */
export const keyForms: readonly Form[] = [
  keyed(
    'a bearer key',
    { headers: { Authorization: 'Bearer {{#apiKey}}' } },
    'GET /v1/things Authorization: Bearer k3y/=+',
  ),
  keyed(
    'a key in a header of its own',
    { headers: { 'X-API-Key': '{{#apiKey}}' } },
    'GET /v1/things X-API-Key: k3y/=+',
  ),
  keyed(
    'a header in an odd spelling',
    { headers: { 'api_key-V2': '{{#apiKey}}' } },
    'GET /v1/things api_key-V2: k3y/=+',
  ),
  keyed(
    'a key without any scheme',
    { headers: { Authorization: '{{#apiKey}}' } },
    'GET /v1/things Authorization: k3y/=+',
  ),
  keyed(
    'Token token=',
    { headers: { Authorization: 'Token token={{#apiKey}}' } },
    'GET /v1/things Authorization: Token token=k3y/=+',
  ),
  keyed(
    'a key in quotes',
    { headers: { Authorization: 'Token token="{{#apiKey}}"' } },
    'GET /v1/things Authorization: Token token="k3y/=+"',
  ),
  keyed(
    'a scheme of its own',
    { headers: { Authorization: 'GenieKey {{#apiKey}}' } },
    'GET /v1/things Authorization: GenieKey k3y/=+',
  ),
  keyed('a key in the query', { query: { api_key: '{{#apiKey}}' } }, 'GET /v1/things?api_key=k3y%2F%3D%2B'),
  keyed(
    'a key in a cookie',
    { cookies: { session: '{{#apiKey}}' } },
    'GET /v1/things Cookie: session=k3y/=+',
  ),
  keyed(
    'a key and a version beside it',
    { headers: { 'X-Key': '{{#apiKey}}', 'X-Version': '2026-01' }, query: { lang: 'en' } },
    'GET /v1/things?lang=en X-Version: 2026-01; X-Key: k3y/=+',
  ),
  basic(
    'user and password',
    users,
    { basic: { username: '{{#username}}', password: '{{#password}}' } },
    { username: 'jo', password: 'p:w' },
    'GET /things Authorization: Basic am86cDp3',
  ),
  basic(
    'a key as user',
    { apiKey: secret },
    { basic: { username: '{{#apiKey}}', password: '' } },
    { apiKey: 'k3y-1' },
    'GET /things Authorization: Basic azN5LTE6',
  ),
  basic(
    'a key as user, and a letter as password',
    { apiKey: secret },
    { basic: { username: '{{#apiKey}}', password: 'X' } },
    { apiKey: 'k3y-1' },
    'GET /things Authorization: Basic azN5LTE6WA==',
  ),
  basic(
    'a user with a suffix',
    users,
    { basic: { username: '{{#username}}/token', password: '{{#password}}' } },
    { username: 'jo', password: 'pw' },
    'GET /things Authorization: Basic am8vdG9rZW46cHc=',
  ),
  basic(
    'user, password and the key of the account',
    { ...users, account: text },
    {
      basic: { username: '{{#username}}', password: '{{#password}}' },
      headers: { 'X-Account': '{{#account}}' },
      cookies: { a: '{{#account}}' },
    },
    { username: 'jo', password: 'pw', account: '42' },
    'GET /things X-Account: 42; Cookie: a=42; Authorization: Basic am86cHc=',
  ),
  basic(
    'two keys',
    { appKey: secret, apiKey: secret },
    { headers: { 'X-App': '{{#appKey}}', 'X-Api': '{{#apiKey}}' } },
    { appKey: 'one', apiKey: 'two' },
    'GET /things X-App: one; X-Api: two',
  ),
  {
    title: 'a host and a port on premises',
    definition: {
      key: 'acme',
      display,
      inputs: {
        host: { ...text, onPremControlled: true },
        port: { ...text, onPremControlled: true },
        apiKey: secret,
      },
      apply: { baseUrl: 'http://{{#host}}:{{#port}}/api', headers: { 'X-Key': '{{#apiKey}}' } },
    },
    fields: { host: 'HOST', port: 'PORT', apiKey: 'k3y-1' },
    sends: ['GET /api/things X-Key: k3y-1'],
  },
  {
    title: 'a URL for each tenant, from a template',
    definition: {
      key: 'acme',
      display,
      inputs: {
        tenant: text,
        root: text,
        url: { label: 'URL', type: 'template', templateValue: '{{#root}}/t/{{#tenant}}/api' },
        apiKey: secret,
      },
      apply: { baseUrl: '{{#url}}', headers: { 'X-Key': '{{#apiKey}}' } },
    },
    fields: { tenant: 'a/b c', root: 'ORIGIN', apiKey: 'k3y-1' },
    sends: ['GET /t/a%2Fb%20c/api/things X-Key: k3y-1'],
  },
  {
    title: 'a login with JSON that gives a session',
    definition: {
      key: 'acme',
      display,
      inputs: { ...users, endpoint: text },
      apply: {
        baseUrl: endpoint,
        token: {
          url: '{{#endpoint}}/login',
          format: 'json',
          params: { user: '{{#username}}', password: '{{#password}}' },
          output: 'body.session.id',
        },
        headers: { 'X-Session': '{{#token}}' },
      },
    },
    fields: { endpoint: 'ORIGIN', username: 'jo', password: 'p"w' },
    sends: [
      'POST /login accept: application/json, */*;q=0.8; content-type: application/json | {"user":"jo","password":"p\\"w"}',
      'GET /things X-Session: s3ssion',
    ],
  },
];
