import type { Chapter } from './chapters.ts';
import type { DemoServers } from './demo-servers.ts';

export function basicChapter(): Chapter {
  const password = ['--secret-env', 'Portal Password=PORTAL_PASSWORD'];
  const run = ['run', 'service-portal.json'];
  return {
    title: 'Basic authentication',
    text: 'The password comes from an environment variable; the API answers 401 to any other.',
    steps: [
      {
        title: 'A user is looked up',
        args: [...run, 'Retrieve User', '--param', 'Username=jdoe', ...password],
        expected: { exitCode: 0, results: ['"Display Name": "Jo Doe"', '"Manager": ""'], notes: ['200'] },
      },
      {
        title: 'A list is mapped element by element; it travelled as gzip',
        args: [...run, 'List Users', '--param', 'Limit=2', ...password],
        expected: { exitCode: 0, results: ['"Position": 2', '"User Count": 2'] },
      },
      {
        title: 'An update leaves out the sections without a value, and is still JSON',
        args: [
          ...run,
          'Update User',
          '--param',
          'Username=jdoe',
          '--param',
          'Display Name=Jo "JD" Doe',
          ...password,
        ],
        expected: {
          exitCode: 0,
          wrongRequests: requests => {
            const body = requests.at(-1)?.body.toString() ?? '';
            const isRight = JSON.stringify(JSON.parse(body)) === '{"displayName":"Jo \\"JD\\" Doe"}';
            return isRight ? undefined : `expected one field in the body, found ${body}`;
          },
        },
      },
      {
        title: 'A DELETE has no body and no content type',
        args: [...run, 'Delete User', '--param', 'Username=asmith', ...password],
        expected: {
          exitCode: 0,
          results: ['"Status Code": 204'],
          wrongRequests: requests =>
            requests.at(-1)?.header['content-type'] === undefined && requests.at(-1)?.body.length === 0
              ? undefined
              : 'expected no body and no content type',
        },
      },
      {
        title: 'An unknown user is an answer too: empty outputs, the error beside them, exit code 6',
        args: [...run, 'Retrieve User', '--param', 'Username=nobody', ...password],
        expected: { exitCode: 6, results: ['"Error Message": "There is no such thing"'], notes: ['404'] },
      },
      {
        title: 'A wrong password is refused',
        args: [
          ...[...run, 'Retrieve User', '--param', 'Username=jdoe'],
          ...['--secret-env', 'Portal Password=WRONG_PASSWORD'],
        ],
        expected: { exitCode: 6, results: ['"Error Message": "Who are you?"'], notes: ['401'] },
      },
    ],
  };
}

export function bearerChapter(): Chapter {
  return {
    title: 'A fixed bearer token',
    text: 'The token is known beforehand and stands in a header.',
    steps: [
      {
        title: 'Models are listed',
        args: ['run', 'assistant.json', 'List Models', '--secret-env', 'API Key=API_KEY'],
        expected: { exitCode: 0, results: ['"Models": "small-1, large-1"'] },
      },
    ],
  };
}

export function tokenChapter({ forgetNextSession }: DemoServers): Chapter {
  const find = ['run', 'asset-register.json', 'Find Assets', '--param', 'Asset Tag=A-1'];
  const account = ['--secret-env', 'Login Name=LOGIN_NAME', '--secret-env', 'Login Password=LOGIN_PASSWORD'];
  const expected = { exitCode: 0, results: ['"Model": "Laptop"', '"Total": 1'] };
  return {
    title: 'A token that is asked for',
    text: 'A login server gives a token for a name and a password; expressions find it in the answer.',
    steps: [
      {
        title: 'The token is fetched, then used',
        args: [...find, ...account],
        expected: {
          ...expected,
          wrongRequests: requests => {
            const paths = requests.map(({ url }) => url.split('?')[0]).toSorted();
            return paths.join() === '/assets/api/assets,/realms/assets/oauth/token'
              ? undefined
              : `expected one token request and one request, found ${paths.join(' and ')}`;
          },
        },
      },
      {
        title: 'The API forgets the token: it is renewed once, and the call succeeds',
        args: [...find, ...account, '--json'],
        before: forgetNextSession,
        expected: {
          exitCode: 0,
          results: ['"statusCode": 401', '"reason": "token-rejected"', '"ok": true'],
          wrongRequests: requests =>
            requests.length === 4 ? undefined : `expected two tokens and two sends, found ${requests.length}`,
        },
      },
      {
        title: 'A wrong password is refused by the login server; nothing reaches the API',
        args: [
          ...find,
          '--secret-env',
          'Login Name=LOGIN_NAME',
          '--secret-env',
          'Login Password=WRONG_PASSWORD',
        ],
        expected: {
          exitCode: 4,
          notes: ['TOKEN_REFUSED', 'invalid_grant', 'Unknown name or password'],
          wrongRequests: requests =>
            requests.length === 1 ? undefined : `expected one request, found ${requests.length}`,
        },
      },
    ],
  };
}

export function clientCredentialsChapter(): Chapter {
  const desk = ['run', 'it-service-desk.json'];
  const secret = ['--secret-env', 'Client Secret=DESK_SECRET'];
  return {
    title: 'OAuth 2.0 client credentials',
    text: 'A real authorization server (oidc-provider) issues the tokens, and the API asks it whose they are.',
    steps: [
      {
        title: 'Id and secret as form fields',
        args: [...desk, 'List Attachments', '--param', 'System ID=42', ...secret],
        expected: {
          exitCode: 0,
          results: ['"Name": "photo.png"', '"Size": 2048'],
          wrongRequests: requests =>
            requests.at(-1)?.url.includes('element_id%3D42%5EORDERBYsys_created_on')
              ? undefined
              : `expected an encoded query, found ${requests.at(-1)?.url}`,
        },
      },
      {
        title: 'Id and secret as basic authentication, with a scope; one output is JSONata',
        args: [
          ...['run', 'billing.json', 'List Invoices', '--param', 'Account Number=7'],
          ...['--secret-env', 'Client Secret=BILLING_SECRET'],
        ],
        expected: { exitCode: 0, results: ['"Amount": "80.50"', '"Open Total": 120'] },
      },
      {
        title: 'A file is uploaded as multipart form',
        args: [
          ...[...desk, 'Upload Attachment', '--param', 'System ID=42', '--param', 'File Name=report.txt'],
          ...['--param', 'File Content=All green.', '--param', 'Content Type=text/plain', ...secret],
        ],
        expected: { exitCode: 0, results: ['"System ID": "att-1"'] },
      },
      {
        title: 'A wrong secret: the server’s own reason is shown',
        args: [...desk, 'List Attachments', '--secret-env', 'Client Secret=WRONG_PASSWORD'],
        expected: { exitCode: 4, notes: ['TOKEN_REFUSED', 'invalid_client'] },
      },
    ],
  };
}
