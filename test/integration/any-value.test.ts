import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, FerruleError, type OperationInput } from '../../src/index.ts';
import type { RecordedRequest } from '../support/recording-server.ts';
import { openWorld, type World } from './world.ts';

/** Pieces with which values escape from where they were put. */
const pieces = [
  ...[
    'a',
    'é',
    '😀',
    ' ',
    '/',
    '..',
    '.',
    '?',
    '#',
    '&',
    '=',
    '+',
    '%',
    '%2F',
    '%0d%0a',
    '"',
    "'",
    '\\',
    '<',
    '>',
  ],
  ...['\r\nX-Evil: 1', '\n', '\0', '\t', '{{V}}', '<<V>>', ']]>', '-->', '--', '@', ':', ';', ',', '}', ']'],
];
const anyText = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 })
  .map(some => some.join(''));

type Config = OperationInput['config'];
type Reader = (request: RecordedRequest) => string | undefined;

const raw = (contentType: string, text: string): Partial<Config> => ({
  method: 'POST',
  headers: { 'Content-Type': contentType },
  body: { bodyType: 'raw', raw: text },
});
const json = (request: RecordedRequest): unknown => JSON.parse(request.body.toString());
const between = (request: RecordedRequest, before: string, after: string): string => {
  const text = request.body.toString();
  expect(text.startsWith(before) && text.endsWith(after)).toBe(true);
  return text.slice(before.length, text.length - after.length);
};

/** Each place: a request with the value in it, and how a server finds the value, by a decoder that is not ours. */
const places: Record<string, readonly [Partial<Config>, Reader]> = {
  'a path segment': [
    { path: '/a/<<V>>/z' },
    ({ url }) => {
      const segments = url.split('/');
      expect([segments.length, segments[1], segments[3]]).toEqual([4, 'a', 'z']);
      return decodeURIComponent(segments[2] ?? '');
    },
  ],
  'a query parameter': [
    { path: '/a', params: { v: '<<V>>', z: '1' } },
    ({ url }) => {
      const { searchParams } = new URL(url, 'https://a.test');
      expect([...searchParams.keys()]).toEqual(['v', 'z']);
      return searchParams.get('v') ?? undefined;
    },
  ],
  'a header': [
    { path: '/a', headers: { 'X-V': '|<<V>>|', 'X-Z': '1' } },
    ({ header }) =>
      Buffer.from(header['x-v'] ?? '', 'latin1')
        .toString()
        .slice(1, -1),
  ],
  'a form field': [
    { method: 'POST', body: { bodyType: 'www_form_urlencoded', form: { v: '<<V>>', z: '1' } } },
    ({ body }) => {
      const fields = new URLSearchParams(body.toString());
      expect([...fields.keys()]).toEqual(['v', 'z']);
      return fields.get('v') ?? undefined;
    },
  ],
  'JSON text': [
    raw('application/json', '{"v": "<<V>>", "w": <<V>>, "z": 1}'),
    request => {
      const { v, w, z, ...rest } = json(request) as Record<string, string>;
      expect([w, z, rest]).toEqual([v, 1, {}]);
      return v;
    },
  ],
  'a JSON value': [
    { method: 'POST', body: { bodyType: 'json', json: { v: '<<V>>', list: ['<<V>>', 1] } } },
    request => {
      const { v, list, ...rest } = json(request) as Record<string, unknown>;
      expect([list, rest]).toEqual([[v, 1], {}]);
      return String(v);
    },
  ],
  'plain text': [raw('text/plain', '[<<V>>]'), request => between(request, '[', ']')],
  'an attribute of XML': [
    raw('application/xml', '<a b="<<V>>"/>'),
    request => fromXml(between(request, '<a b="', '"/>')),
  ],
  'a part of a multipart body': [
    { method: 'POST', body: { bodyType: 'multipart_form', parts: [{ name: 'n<<V>>', content: '<<V>>' }] } },
    ({ header, body }) => {
      const boundary = /boundary="?([^";]+)/.exec(header['content-type'] ?? '')?.[1] ?? '';
      const parts = body.toString().split(`--${boundary}`);
      expect([parts.length, parts[0], parts[2]]).toEqual([3, '', '--\r\n']);
      const [head = '', ...content] = (parts[1] ?? '').split('\r\n\r\n');
      expect(head.trim().split('\r\n')).toHaveLength(1);
      return content.join('\r\n\r\n').slice(0, -2);
    },
  ],
};

function fromXml(text: string): string {
  expect(text).not.toMatch(/[<"]/);
  const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (_all, hex, decimal, name) =>
    name === undefined
      ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
      : (named[name] ?? '?'),
  );
}

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

function connect(operation: Partial<Config>, secrets: Record<string, string> = {}): Connection {
  return world.engine.connection({
    name: 'Any value',
    secrets,
    config: { baseUrl: world.api.origin, caCert: world.caCert },
    operations: [{ name: 'Send', config: { method: 'GET', path: '/a', ...operation } }],
  });
}

describe('any value in', () => {
  it.each(Object.entries(places))(
    '%s arrives, or is refused before anything is sent',
    async (_name, place) => {
      const [operation, read] = place;
      const connection = connect(operation);
      const check = async (value: string, send: () => Promise<unknown>) => {
        world.reset();
        try {
          await send();
        } catch (error) {
          if (!(error instanceof FerruleError)) throw error;
          expect(['VALUE_REFUSED', 'PARAMETER_INVALID']).toContain(error.code);
          expect(world.api.requests).toEqual([]);
          return;
        }
        expect(world.api.requests).toHaveLength(1);
        expect(world.api.last.header['x-evil']).toBeUndefined();
        expect(world.api.last.header['host']).toBe(new URL(world.api.origin).host);
        expect(read(world.api.last)).toBe(value);
      };
      await fc.assert(
        fc.asyncProperty(anyText, value => check(value, () => connection.execute('Send', { V: value }))),
        { seed: 71, numRuns: 150 },
      );
      await fc.assert(
        fc.asyncProperty(anyText, value =>
          check(value, () => connect(operation, { V: value }).execute('Send')),
        ),
        { seed: 72, numRuns: 30 },
      );
    },
  );
});
