import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type HttpRequest } from '../../src/index.ts';
import { createCannedTransport } from '../support/canned-transport.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const folder = new URL('../../docs/authentication/', import.meta.url);
const page = (name: string) => readFileSync(new URL(`${name}.md`, folder), 'utf8');
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(match =>
    (match[1] ?? '').trim(),
  );

/** Answers as the servers of the examples do. */
const createScribe = () =>
  createCannedTransport(({ url }) => {
    const body = url.endsWith('/device')
      ? {
          device_code: 'd3vice',
          user_code: 'AB-12',
          verification_uri: 'https://login.ferrule.test/go',
          expires_in: 600,
        }
      : { access_token: 't0ken', expires_in: 3600, refresh_token: 'n3xt' };
    return { headers: [['content-type', 'application/json']], body: JSON.stringify(body) };
  });

/** What is new each time stands as an ellipsis. */
const withoutChance = (text: string) =>
  text.replaceAll(/\b(assertion|state|code_challenge|code_verifier)=(?!PHN)[^&\s]+/g, '$1=…');

function describeRequest({ method, url, headers, body }: HttpRequest): string {
  const shown = headers.filter(([name]) => name !== 'user-agent');
  const lines = [`${method} ${url}`, ...shown.map(([name, value]) => `${name}: ${value}`)];
  return withoutChance((body === undefined ? lines : [...lines, '', String(body)]).join('\n'));
}

function openPage(name: string) {
  const text = page(name);
  const { sent, transport } = createScribe();
  const clock = createFakeClock();
  const engine = createEngine({ transport, clock });
  open.push(engine);
  const [definition = ''] = blocks(text, 'json');
  const http = blocks(text, 'http');
  const requests = () => sent.map(describeRequest).slice(0, http.length);
  return { text, sent, requests, http, clock, connection: engine.connection(definition) };
}

describe('the pages of the OAuth grants', () => {
  it.each([
    ['client-credentials', {}],
    ['password', {}],
    ['jwt-bearer', {}],
    ['saml2-bearer', {}],
    ['refresh-token', {}],
    ['token-exchange', { 'Caller Token': 'c4ller' }],
  ])('%s shows the requests that its example sends', async (name, parameters) => {
    const { connection, requests, http } = openPage(name);
    await connection.execute('Call', parameters);
    expect(http.length).toBeGreaterThan(0);
    expect(requests()).toEqual(http);
  });

  it('jwt-bearer shows the claims of its assertion', async () => {
    const { connection, sent, text } = openPage('jwt-bearer');
    await connection.execute('Call');
    const assertion = new URLSearchParams(String(sent[0]?.body)).get('assertion') ?? '';
    const claims: unknown = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toEqual(JSON.parse(blocks(text, 'json claims')[0] ?? ''));
  });

  it('authorization-code shows where the browser goes and what is sent when it has come back', async () => {
    const { connection, requests, http, text } = openPage('authorization-code');
    const options = { parameters: { Account: 'jo' }, binding: 'session' };
    const { url, state } = await connection.beginAuthorization(options);
    expect(withoutChance(url)).toBe(blocks(text, 'text')[0]);
    const callback = `https://host.ferrule.test/callback?code=c0de&state=${state}&realmId=42`;
    await connection.completeAuthorization(callback, options);
    await connection.execute('Call', { Account: 'jo' });
    expect(requests()).toEqual(http);
  });

  it('device-code shows both requests', async () => {
    const { connection, requests, http } = openPage('device-code');
    const begun = await connection.beginDeviceAuthorization();
    await connection.pollDeviceAuthorization(begun);
    expect(requests()).toEqual(http);
  });

  it('lead to pages and headings that exist', () => {
    const pages = readdirSync(folder).map(file => file.replace('.md', ''));
    const headingsOf = (name: string) =>
      [...page(name).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
        heading.toLowerCase().replaceAll(' ', '-'),
      );
    const names = [
      'oauth2',
      'client-credentials',
      'password',
      'jwt-bearer',
      'saml2-bearer',
      'refresh-token',
      'token-exchange',
      'authorization-code',
      'device-code',
    ];
    for (const name of names) {
      for (const [, target = '', heading] of page(name).matchAll(/\]\(([\w-]*)(?:\.md)?(?:#([\w-]+))?\)/g)) {
        const file = target === '' ? name : target;
        expect(pages).toContain(file);
        if (heading !== undefined) expect(headingsOf(file)).toContain(heading);
      }
    }
  });
});
