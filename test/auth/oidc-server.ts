import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import { type LoopbackServer, startHttpServer } from '../support/loopback-server.ts';

export const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const privateKeyPem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

interface Page {
  body: string;
}

interface Client {
  grantTypeAllowed(grant: string): boolean;
}

/** A real authorization server, with one client for each way in. Start it before the first test: it greets on the console. */
export async function startOidcServer(redirectUri = 'http://127.0.0.1/callback'): Promise<LoopbackServer> {
  let answer = (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(503).end();
  };
  const server = await startHttpServer((request, response) => answer(request, response));
  const provider = new Provider(server.origin, configuration(redirectUri));
  answer = provider.callback();
  return server;
}

/** Whatever has a default that greets is written out: nothing may print. */
function configuration(redirectUri: string): object {
  const jwk = (use: string) => ({
    ...keys.privateKey.export({ format: 'jwk' }),
    use,
    alg: 'RS256',
    kid: 'k1',
  });
  const grants = { redirect_uris: [], response_types: [] };
  return {
    jwks: { keys: [jwk('sig')] },
    cookies: { keys: ['only for tests'] },
    clients: [
      {
        ...grants,
        client_id: 'machine:1',
        client_secret: 'p/a+s=s&%w ord',
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_basic',
        scope: 'read write',
      },
      {
        ...grants,
        client_id: 'signer',
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: {
          keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'PS256' }],
        },
        scope: 'read',
      },
      {
        ...grants,
        client_id: 'hasher',
        client_secret: 'a shared secret of more than thirty-two bytes',
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_jwt',
        scope: 'read',
      },
      {
        client_id: 'web',
        client_secret: 'web-secret',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        client_id: 'public',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
      {
        ...grants,
        client_id: 'tv',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
    ],
    scopes: ['openid', 'offline_access', 'read', 'write'],
    enabledJWA: { clientAuthSigningAlgValues: ['HS256', 'RS256', 'PS256', 'ES256'] },
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (page: Page, form: string) => {
          page.body = form.replace('</form>', '<input name="user_code"></form>');
        },
        userCodeConfirmSource: (page: Page, form: string) => {
          page.body = form;
        },
        successSource: (page: Page) => {
          page.body = 'Success';
        },
      },
    },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    rotateRefreshToken: () => true,
    issueRefreshToken: (_: unknown, client: Client) => client.grantTypeAllowed('refresh_token'),
    ttl: {
      AccessToken: 120,
      ClientCredentials: 120,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 3600,
      Interaction: 3600,
      DeviceCode: 600,
      IdToken: 120,
    },
  };
}

/** What a person does in a browser: opens `url`, logs in, consents, until it leads away from the server. */
export async function visit(
  url: string,
  origin: string,
  fill: Readonly<Record<string, string>> = {},
): Promise<string> {
  const cookies = new Map<string, string>();
  let next = { url, form: undefined as URLSearchParams | undefined };
  for (let steps = 0; steps < 20; steps++) {
    const response = await fetch(next.url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(next.form === undefined ? {} : { method: 'POST', body: next.form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const page = await response.text();
    if (location !== null) {
      const target = new URL(location, next.url).href;
      if (!target.startsWith(`${origin}/`)) return target;
      next = { url: target, form: undefined };
      continue;
    }
    const form = readForm(page, next.url, fill);
    if (form === undefined) return page;
    next = form;
  }
  throw new TypeError('the person never came to an end');
}

/** The form of a page, filled in: by name where `fill` says so. Undefined when the page has none. */
export function readForm(page: string, url: string, fill: Readonly<Record<string, string>>) {
  const [form] = /<form[^>]*method="post"[\s\S]*?<\/form>/i.exec(page) ?? [];
  if (form === undefined) return undefined;
  const action = /action="([^"]*)"/.exec(form)?.[1] ?? url;
  const fields = new URLSearchParams();
  for (const [input] of form.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    if (name === undefined || name === 'abort') continue;
    fields.set(name, fill[name] ?? /value="([^"]*)"/.exec(input)?.[1] ?? 'someone');
  }
  return { url: new URL(action, url).href, form: fields };
}
