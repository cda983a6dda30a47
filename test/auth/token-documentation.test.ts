import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXPIRY_FORMATS } from '../../src/definition/auth/token-use.ts';
import { libraryFunctions } from '../../src/expression/library-functions.ts';
import { createEngine, type HttpRequest } from '../../src/index.ts';
import { createCannedTransport } from '../support/canned-transport.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const page = (name: string) =>
  readFileSync(new URL(`../../docs/authentication/${name}.md`, import.meta.url), 'utf8');

const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(match => match[1] ?? '');

/** Answers with the given texts, then with nothing. */
const createScribe = (answers: string[]) =>
  createCannedTransport(() => ({
    headers: [['content-type', 'application/json']],
    body: answers.shift() ?? '',
  }));

/** The request line, all headers but the version of Ferrule, and the body. */
function describeRequest({ method, url, headers, body }: HttpRequest): string {
  const shown = headers.filter(([name]) => name !== 'user-agent');
  const lines = [`${method} ${url}`, ...shown.map(([name, value]) => `${name}: ${value}`)];
  return (body === undefined ? lines : [...lines, '', String(body)]).join('\n');
}

describe('docs/authentication/http-bearer-token.md', () => {
  const text = page('http-bearer-token');
  const [definition = ''] = blocks(text, 'json');
  const [answer = '', ...fragments] = blocks(text, 'json fragment');

  it('shows the requests that its example sends, and how long the token lives', async () => {
    const { sent, transport } = createScribe([answer]);
    const clock = createFakeClock();
    const engine = createEngine({ transport, clock });
    const report = await engine.connection(definition).execute('Stock', { Realm: 'north' });
    expect(sent.map(describeRequest)).toEqual(blocks(text, 'http').map(shown => shown.trim()));
    expect(Date.parse(report.token?.expiresAt ?? '') - clock.now()).toBe(240.5 * 3_600_000);
    await engine.close();
  });

  it('shows fragments that are definitions of auth', async () => {
    const engine = createEngine();
    expect(fragments.length).toBeGreaterThan(1);
    for (const fragment of fragments) {
      const config = { baseUrl: 'https://a.test', auth: JSON.parse(fragment) };
      expect(engine.connection({ name: 'n', config, secrets: { Key: null } }).diagnostics).toEqual([]);
    }
    await engine.close();
  });

  it('describes every format of expiry', () => {
    expect(EXPIRY_FORMATS.filter(format => !text.includes(`\`${format}\``))).toEqual([]);
  });
});

describe('docs/authentication/values.md', () => {
  const text = page('values');

  it('shows an example whose values are computed as it says', async () => {
    const { sent, transport } = createScribe([]);
    const engine = createEngine({
      transport,
      clock: createFakeClock(),
      secretProvider: { getSecret: () => 'x' },
    });
    const [example = ''] = blocks(text, 'json');
    await engine.connection(example).execute('List', { Realm: 'r' });
    const headers = new Map(sent[0]?.headers);
    expect(sent[0]?.url).toBe('https://parcels.ferrule.test/main/parcels');
    expect(headers.get('Authorization')).toBe(`Basic ${Buffer.from('x:x:r').toString('base64')}`);
    expect(headers.get('X-Signature')).toMatch(/^t=1893456000,v=[\w+/]{43}=$/);
    await engine.close();
  });

  it('describes every function of the library', () => {
    const described = [...text.matchAll(/`(\w+)(?:\(|`)/g)].map(match => match[1]);
    expect(Object.keys(libraryFunctions).filter(name => !described.includes(name))).toEqual([]);
  });
});
