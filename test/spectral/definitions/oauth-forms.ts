import type { Form } from './forms.ts';

const display = { label: 'Acme', description: 'Acme' };
const text = { label: 'Text', type: 'string', required: true } as const;
const secret = { label: 'Secret', type: 'password', required: true } as const;
const users = { username: text, password: secret };
const clientInputs = {
  tokenUrl: { ...text, shown: false, default: 'ORIGIN/token' },
  scopes: { ...text, required: false, default: '' },
  clientId: text,
  clientSecret: secret,
};
const client = { tokenUrl: 'ORIGIN/token', scopes: 'read write', clientId: 'c1', clientSecret: 's3cret' };

const credentials = (
  title: string,
  change: { inputs?: object; config?: object; apply?: object; fields?: object },
  sends: readonly string[],
): Form => ({
  title,
  definition: {
    key: 'acme',
    display,
    oauth2Type: 'client_credentials',
    ...(change.config === undefined ? {} : { oauth2Config: change.config }),
    inputs: { ...clientInputs, ...change.inputs } as typeof clientInputs,
    apply: { baseUrl: 'ORIGIN', ...change.apply },
  },
  fields: { ...client, ...change.fields },
  sends,
});

const code = (
  title: string,
  apply: object,
  given: Pick<Form, 'token' | 'context'>,
  sent: readonly string[],
): Form => ({
  title,
  definition: {
    key: 'acme',
    display,
    oauth2Type: 'authorization_code',
    inputs: { ...clientInputs, authorizeUrl: { ...text, default: 'ORIGIN/authorize?prompt=consent' } },
    apply: { baseUrl: 'ORIGIN', ...apply },
  },
  fields: { ...client, authorizeUrl: 'ORIGIN/authorize' },
  ...given,
  sends: sent,
});

/** What the token request of the client above has, and what comes after it. */
const form = (body: string, headers = '', url = '/token') =>
  `POST ${url} accept: application/json; content-type: application/x-www-form-urlencoded${headers} | ${body}`;
const asked = 'grant_type=client_credentials&scope=read+write&client_id=c1&client_secret=s3cret';
const bearer = 'GET /things Authorization: Bearer acc3ss';

/** OAuth connections. */
export const oauthForms: readonly Form[] = [
  credentials('client credentials', {}, [form(asked), bearer]),
  credentials('a token URL with a query', { fields: { tokenUrl: 'ORIGIN/token?audience=api' } }, [
    form(asked, '', '/token?audience=api'),
    bearer,
  ]),
  credentials(
    'a token URL for each tenant, from a template',
    {
      inputs: {
        tenant: text,
        tokenUrl: { label: 'URL', type: 'template', templateValue: 'ORIGIN/{{#tenant}}/token?v={{#tenant}}' },
      },
      fields: { tenant: 'a b&c' },
    },
    [form(asked, '', '/a%20b%26c/token?v=a%20b%26c'), bearer],
  ),
  credentials(
    'account_credentials',
    {
      config: { overrideGrantType: 'account_credentials' },
      inputs: { accountId: text },
      fields: { accountId: '42', scopes: '' },
      apply: { token: { params: { account_id: '{{#accountId}}' }, clientAuth: 'basic' } },
    },
    [form('grant_type=account_credentials&account_id=42', '; authorization: Basic YzE6czNjcmV0'), bearer],
  ),
  credentials(
    'only the parameters that the server allows',
    {
      config: { allowedTokenParams: ['grant_type', 'client_id', 'client_secret'] },
    },
    [form('grant_type=client_credentials&client_id=c1&client_secret=s3cret'), bearer],
  ),
  credentials(
    'headers of the customer on token requests',
    {
      inputs: { headers: { label: 'Headers', type: 'string', collection: 'keyvaluelist' } },
      fields: { headers: [{ key: 'X-Tenant', value: 'north' }] },
    },
    [form(asked, '; X-Tenant: north'), bearer],
  ),
  credentials(
    'the password grant',
    {
      inputs: users,
      fields: { username: 'jo', password: 'p w', scopes: '' },
      apply: { token: { password: { username: '{{#username}}', password: '{{#password}}' } } },
    },
    [form('grant_type=password&username=jo&password=p+w&client_id=c1&client_secret=s3cret'), bearer],
  ),
  credentials('a JSON token request', { apply: { token: { format: 'json' } } }, [
    'POST /token accept: application/json; content-type: application/json | {"grant_type":"client_credentials","scope":"read write","client_id":"c1","client_secret":"s3cret"}',
    bearer,
  ]),
  credentials(
    'instance_url of the token answer as base URL',
    { apply: { baseUrl: '{{#token.instance_url}}' } },
    [form(asked), 'GET /instance/things Authorization: Bearer acc3ss'],
  ),
  credentials(
    'another header and scheme for the token',
    { apply: { header: 'X-Auth', prefix: 'Acme-oauthtoken' } },
    [form(asked), 'GET /things X-Auth: Acme-oauthtoken acc3ss'],
  ),
  credentials('the token in the query', { apply: { query: { access_token: '{{#token}}' } } }, [
    form(asked),
    'GET /things?access_token=acc3ss',
  ]),
  code('a token that somebody gave', {}, { token: { access_token: 'g1ven' } }, [
    'GET /things Authorization: Bearer g1ven',
  ]),
  code(
    'the realm of the callback in the URL',
    { baseUrl: 'ORIGIN/company/{{#context.realmId}}' },
    { token: { access_token: 'g1ven' }, context: { realmId: '12/3' } },
    ['GET /company/12%2F3/things Authorization: Bearer g1ven'],
  ),
  code(
    'a given token that is over, renewed',
    { baseUrl: '{{#token.instance_url}}' },
    { token: { access_token: 'g1ven', refresh_token: 'r3fresh', expires_at: 1 } },
    [
      form(
        'grant_type=refresh_token&refresh_token=r3fresh&scope=read+write&client_id=c1&client_secret=s3cret',
      ),
      'GET /instance/things Authorization: Bearer acc3ss',
    ],
  ),
];
