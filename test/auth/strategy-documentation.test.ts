import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEngine, type HttpRequest } from '../../src/index.ts';
import { createCannedTransport } from '../support/canned-transport.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const page = (name: string) =>
  readFileSync(new URL(`../../docs/authentication/${name}.md`, import.meta.url), 'utf8');

const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(match => match[1] ?? '');

const noon = Date.UTC(2026, 0, 2, 12);

/** Answers 401 with a challenge as long as one is left, and then 200. */
const createScribe = (challenges: string[]) =>
  createCannedTransport(() => {
    const challenge = challenges.shift();
    return challenge === undefined ? {} : { statusCode: 401, headers: [['WWW-Authenticate', challenge]] };
  });

/** The request line and all headers but the version of Ferrule; what differs from request to request as `…`. */
function describeRequest({ method, url, headers, body }: HttpRequest): string {
  const shown = headers.filter(([name]) => name !== 'user-agent');
  const lines = [`${method} ${url}`, ...shown.map(([name, value]) => `${name}: ${value}`)];
  const text = body === undefined ? lines : [...lines, '', String(body)];
  return text
    .join('\n')
    .replaceAll(/(oauth_nonce|cnonce|response)="[^"]*"/g, '$1="…"')
    .replace(/(oauth_nonce="…".*oauth_signature)="[^"]*"/, '$1="…"');
}

describe.each([
  ['basic', 'List', { User: 'jo' }],
  ['raw-bearer-token', 'List', {}],
  ['api-key', 'Now', { City: 'Köln', Tenant: 'a b' }],
  ['aws-signature-v4', 'Create', { Item: 'ink' }],
  ['digest', 'Read', {}],
  ['hmac', 'Orders', { Symbol: 'A/B' }],
  ['oauth1', 'Find', { Query: 'a b' }],
])('docs/authentication/%s.md', (name, operation, parameters) => {
  const [definition = ''] = blocks(page(name), 'json');
  const fragments = blocks(page(name), 'json fragment');
  const requests = blocks(page(name), 'http');

  it('shows the request that its example sends', async () => {
    const challenges = requests.flatMap(text => /^WWW-Authenticate: (.*)$/m.exec(text)?.[1] ?? []);
    const { sent, transport } = createScribe(challenges);
    const engine = createEngine({ transport, clock: createFakeClock(noon) });
    await engine.connection(definition).execute(operation, parameters);
    const last = sent.at(-1);
    expect(last && describeRequest(last)).toBe(requests.at(-1)?.trim());
    await engine.close();
  });

  it('shows fragments that are definitions of auth', () => {
    const engine = createEngine();
    for (const fragment of fragments) {
      const auth = JSON.parse(fragment);
      const secrets = { Key: null, 'Key Id': null, Session: null };
      const connection = engine.connection({
        name: 'n',
        config: { baseUrl: 'https://a.test', auth },
        secrets,
        operations: [{ name: 'o', config: { method: 'GET', path: '' } }],
      });
      // Every tag is a secret or a part of the request.
      expect(connection.inputs('o').properties).toEqual({});
    }
  });
});
