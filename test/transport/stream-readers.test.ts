import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonSequence, readNdjson } from '../../src/transport/bodies/json-stream-reader.ts';
import { readServerSentEvents } from '../../src/transport/bodies/sse-reader.ts';
import { failureOf } from '../support/failure-of.ts';
import { collectEach } from '../support/send-context.ts';

const maxEventBytes = 1000;

/** The bytes of a text, cut at the given places. */
async function* cutAt(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  const places = [...new Set([0, ...cuts.map(cut => Math.min(cut, bytes.length)), bytes.length])].sort(
    (a, b) => a - b,
  );
  for (const [index, place] of places.entries())
    yield bytes.subarray(place, places[index + 1] ?? bytes.length);
}
const events = (text: string, cuts: readonly number[] = []) =>
  collectEach(readServerSentEvents(cutAt(text, cuts), { maxEventBytes }));
const values = async (text: string, cuts: readonly number[] = []) =>
  (await collectEach(readNdjson(cutAt(text, cuts), { maxEventBytes }))).map(({ value }) => value);
const sequence = async (text: string) =>
  (await collectEach(readJsonSequence(cutAt(text, []), { maxEventBytes }))).map(({ value }) => value);

describe('server-sent events', () => {
  const message = { event: 'message', id: undefined, retry: undefined };

  test.each([
    ['one line', 'data: hi\n\n', ['hi']],
    ['without space', 'data:hi\n\n', ['hi']],
    ['several lines', 'data: a\ndata\ndata: b\n\n', ['a\n\nb']],
    ['CR', 'data: a\rdata: b\r\r', ['a\nb']],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['comments', ': ping\n\ndata: a\n: more\n\n', ['a']],
    ['unknown fields', 'foo: bar\ndata: a\n\n', ['a']],
    ['no data', 'event: x\n\n', []],
    ['cut off by the end', 'data: a\n\ndata: b\n', ['a']],
    ['a byte order mark', '\ufeffdata: a\n\n', ['a']],
  ])('%s', async (_, text, data) => {
    expect((await events(text)).map(each => each.data)).toEqual(data);
  });

  test('name, id and retry are kept, and the last id stays', async () => {
    expect(await events('event: add\nid: 7\nretry: 1500\ndata: a\n\ndata: b\n\nid\ndata: c\n\n')).toEqual([
      { event: 'add', data: 'a', id: '7', retry: 1500 },
      { event: 'message', data: 'b', id: '7', retry: 1500 },
      { event: 'message', data: 'c', id: '', retry: 1500 },
    ]);
    expect(await events('data: a\n\n')).toEqual([{ ...message, data: 'a' }]);
  });

  test('where the pieces are cut does not matter', async () => {
    const text =
      '\ufeffid: 1\r\ndata: grüße ☃\r\n\r\n: c\rdata: zwei\rdata: drei\r\revent: x\ndata: vier\n\n';
    const whole = await events(text);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(80), { maxLength: 20 }), async cuts => {
        expect(await events(text, cuts)).toEqual(whole);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  test.each([
    ['one event', `data: ${'x'.repeat(1001)}\n\n`],
    ['many lines', `${'data: xxxxxxxxx\n'.repeat(120)}\n`],
    ['a line that does not end', `data: ${'x'.repeat(5000)}`],
    ['few characters of many bytes', `data: ${'☃'.repeat(400)}\n\n`],
  ])('%s over the limit is LIMIT_EXCEEDED', async (_, text) => {
    const error = await failureOf(events(`data: fine\n\n${text}`, [12, 500]));
    expect([error.code, error.details['limit']]).toEqual(['LIMIT_EXCEEDED', 'maxEventBytes']);
  });

  test('small events and heartbeats never add up to the limit', async () => {
    const seen = await events(': ping\n\ndata: xxxxxxxxxxxxxxxxxxxx\n\n'.repeat(500));
    expect(seen).toHaveLength(500);
  });
});

describe('NDJSON', () => {
  test.each([
    ['values of every kind', '{"a":1}\n[2]\n"x"\n3\nnull\ntrue\n', [{ a: 1 }, [2], 'x', 3, null, true]],
    ['CRLF and empty lines', '1\r\n\r\n\n2\r\n', [1, 2]],
    ['a last line without end', '1\n2', [1, 2]],
    ['a byte order mark', '\ufeff1\n', [1]],
    ['nothing', '', []],
  ])('%s', async (_, text, expected) => {
    expect(await values(text)).toEqual(expected);
  });

  test('where the pieces are cut does not matter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 5 }),
        fc.array(fc.nat(200)),
        async (list, cuts) => {
          const text = list.map(value => `${JSON.stringify(value)}\n`).join('');
          const options = { maxEventBytes: 100_000 };
          const read = await collectEach(readNdjson(cutAt(text, cuts), options));
          expect(read.map(({ value }) => value)).toEqual(JSON.parse(JSON.stringify(list)));
        },
      ),
      { numRuns: 100, seed: 5 },
    );
  });

  test('the line of a value and of a mistake is named, and its text is not shown', async () => {
    expect(await collectEach(readNdjson(cutAt('1\n\n2', []), { maxEventBytes }))).toEqual([
      { value: 1, line: 1 },
      { value: 2, line: 3 },
    ]);
    const error = await failureOf(values('{"a":1}\n{"s3cret"\n'));
    expect([error.code, error.details['line']]).toEqual(['BODY_MALFORMED', 2]);
    expect(error.message).toContain('Line 2 of the stream cannot be read: it is not JSON');
    expect(JSON.stringify(error)).not.toContain('s3cret');
  });

  test('bytes that are not UTF-8 are BODY_MALFORMED', async () => {
    async function* bytes() {
      yield Buffer.from([0x22, 0xff, 0x22, 0x0a]);
    }
    expect((await failureOf(collectEach(readNdjson(bytes(), { maxEventBytes })))).message).toContain(
      'not UTF-8',
    );
  });

  test.each([`"${'x'.repeat(2000)}"\n`, 'x'.repeat(2000)])(
    'a line over the limit is LIMIT_EXCEEDED',
    async text => {
      expect((await failureOf(values(text, [300, 600, 900, 1200]))).code).toBe('LIMIT_EXCEEDED');
    },
  );
});

describe('JSON text sequences', () => {
  test.each([
    ['records', '\x1e{"a":1}\n\x1e[2]\n', [{ a: 1 }, [2]]],
    ['records of several lines', '\x1e{\n"a":\n1}\n', [{ a: 1 }]],
    ['empty records', '\x1e\x1e1\n', [1]],
    ['a last record without line end', '\x1e{"a":1}', [{ a: 1 }]],
  ])('%s', async (_, text, expected) => {
    expect(await sequence(text)).toEqual(expected);
  });

  test.each([
    ['a number that is cut off', '\x1e12\x1e3\n', 'Record 1'],
    ['broken JSON', '\x1e1\n\x1e{\n', 'Record 2'],
    ['text before the first record', 'x\x1e1\n', 'no record separator'],
  ])('%s is BODY_MALFORMED', async (_, text, message) => {
    const error = await failureOf(sequence(text));
    expect(error.code).toBe('BODY_MALFORMED');
    expect(error.message).toContain(message);
  });
});

test.each([
  ['events', (source: AsyncIterable<Uint8Array>) => readServerSentEvents(source, { maxEventBytes })],
  ['NDJSON', (source: AsyncIterable<Uint8Array>) => readNdjson(source, { maxEventBytes })],
  ['sequences', (source: AsyncIterable<Uint8Array>) => readJsonSequence(source, { maxEventBytes })],
] as const)('leaving a loop over %s early, or an error in it, ends the source', async (_, read) => {
  for (const text of ['\x1edata: 1\n\n2\n\x1e', '\x1e1\n\x1e2\n', '1\n2\n', 'x'.repeat(3000)]) {
    let ended = false;
    async function* source() {
      try {
        for (let count = 0; count < 100; count += 1) yield Buffer.from(text);
      } finally {
        ended = true;
      }
    }
    try {
      for await (const batch of read(source())) if ([...batch].length > 0) break;
    } catch {
      // Some of the texts are malformed for some of the readers: that has to end the source as well.
    }
    expect(ended).toBe(true);
  }
});
