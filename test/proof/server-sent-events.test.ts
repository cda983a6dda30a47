import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readServerSentEvents, type StreamPosition } from '../../src/transport/bodies/sse-reader.ts';
import { collectEach } from '../support/send-context.ts';

interface Parsed {
  readonly events: readonly {
    readonly event: string;
    readonly data: string;
    readonly id: string | undefined;
  }[];
  readonly lastEventId: string | undefined;
  readonly retryMs: number | undefined;
}

/**
 * The HTML standard, section "Interpreting an event stream", word for word and on the whole text at once. An id that was
 * never given is undefined instead of empty.
 */
function interpret(text: string): Parsed {
  const events: Parsed['events'][number][] = [];
  let [data, type] = ['', ''];
  let idBuffer: string | undefined;
  let lastEventId: string | undefined;
  let retryMs: number | undefined;
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  // What follows the last line end is no line yet.
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      lastEventId = idBuffer;
      if (data !== '') {
        events.push({
          event: type === '' ? 'message' : type,
          data: data.replace(/\n$/, ''),
          id: lastEventId,
        });
      }
      [data, type] = ['', ''];
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') type = value;
    else if (field === 'data') data += `${value}\n`;
    else if (field === 'id' && !value.includes('\0')) idBuffer = value;
    else if (field === 'retry' && /^[0-9]+$/.test(value)) retryMs = Number(value);
  }
  return { events, lastEventId, retryMs };
}

const value = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '  two',
    'a:b',
    ':',
    '[DONE]',
    '{"a": 1}',
    'grüße ☃ 𝒳',
    '\0',
    '\ufeff',
    '12',
    '007',
    '1e3',
    '-1',
  ),
  fc.string({ maxLength: 6 }).map(text => text.replaceAll(/[\r\n]/g, '')),
);
const field = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('data', 'event', 'id', 'retry') },
  fc.constantFrom('', 'DATA', ' data', '\ufeffdata', 'datum', 'i', 'other'),
);
const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(field, fc.constantFrom(':', ': '), value).map(parts => parts.join('')) },
  { weight: 1, arbitrary: field },
  { weight: 3, arbitrary: fc.constant('') },
);
const text = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 25 }),
    fc.oneof(fc.constant(''), line),
  )
  .map(([mark, lines, rest]) => mark + lines.flat().join('') + rest);

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let nth = 0; at < bytes.length; nth += 1) {
    const size = sizes.length === 0 ? bytes.length : (sizes[nth % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

it('any stream of events is read as the HTML standard says, wherever its bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 5 }),
      async (whole, sizes) => {
        const position: StreamPosition = { lastEventId: undefined, retryMs: undefined, opened: false };
        const source = inPieces(Buffer.from(whole), sizes);
        const read = await collectEach(readServerSentEvents(source, { maxEventBytes: 10_000, position }));
        const events = read.map(({ event, data, id }) => ({ event, data, id }));
        const { lastEventId, retryMs } = position;
        expect({ events, lastEventId, retryMs }).toEqual(interpret(whole));
      },
    ),
    { numRuns: 1000, seed: 23 },
  );
});
