import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileOutputs } from '../../src/compile/output-plan.ts';
import { IssueCollector } from '../../src/errors/issue-collector.ts';
import { readStreamEvents } from '../../src/execute/stream-events.ts';
import { ExpressionCompiler } from '../../src/expression/expression-compiler.ts';
import { createCannedTransport } from '../support/canned-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { collect, httpRequest, sendContext } from '../support/send-context.ts';

const now = { N: { value: 'body.n.value' }, Status: { value: 'statusCode' } };
/** JSONata answers later, and with it every output is waited for. */
const later = { ...now, Later: { value: 'body.n.value', language: 'jsonata' } } as const;

/** The batches of a stream whose bytes come in pieces of the given sizes, over and over. */
async function open(mediaType: string, text: string, outputs: typeof now | typeof later, sizes = [100_000]) {
  const headers = [['content-type', mediaType]] as const;
  const { transport } = createCannedTransport(() => ({ headers, body: text }));
  const response = await transport.send(httpRequest('http://127.0.0.1/'), sendContext());
  async function* inPieces() {
    const bytes = Buffer.from(text);
    for (let at = 0, nth = 0; at < bytes.length; nth += 1) {
      const size = sizes[nth % sizes.length] ?? 1;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  const body = { ...response.body, [Symbol.asyncIterator]: inPieces };
  const issues = new IssueCollector();
  const options = { pointer: '/outputs', expressions: new ExpressionCompiler(false), issues };
  return readStreamEvents(
    { ...response, body },
    { outputs: compileOutputs(outputs, options), limits: sendContext().limits, position: undefined },
  );
}

/** What is given until the end or the failure. */
async function readAll(...parts: Parameters<typeof open>) {
  const given: unknown[] = [];
  const batches = await open(...parts);
  let failure: unknown;
  const read = async () => {
    for await (const batch of batches) {
      for (const { outputs, ...event } of batch)
        given.push({ ...event, N: outputs['N'], Status: outputs['Status'] });
    }
  };
  await read().catch((error: unknown) => {
    failure = error;
  });
  return { given, failure };
}

const record = fc.oneof(
  { weight: 60, arbitrary: fc.integer().map(value => `{"n":{"value":${value}}}`) },
  { weight: 20, arbitrary: fc.constantFrom('{"n":{}}', '{"n":[]}', ' {"n":{"value":"a☃"}}') },
  // The outputs fail on these.
  { weight: 1, arbitrary: fc.constantFrom('{}', '12', '{"n":null}') },
);

describe('the events of a stream', () => {
  it('are the same, and break off at the same one, mapped together or each in its turn', async () => {
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 300, size: 'max' }),
        fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('text/event-stream', 'application/x-ndjson'),
        async (records, sizes, mediaType) => {
          const lines = mediaType === 'text/event-stream' ? ['data: ', '\n\n'] : ['', '\n'];
          const text = records.map(each => lines[0] + each + lines[1]).join('');
          const together = await readAll(mediaType, text, now, sizes);
          expect(together).toEqual(await readAll(mediaType, text, later, sizes));
          const firstBad = records.findIndex(each => ['{}', '12', '{"n":null}'].includes(each));
          expect(together.given).toHaveLength(firstBad === -1 ? records.length : firstBad);
          if (firstBad !== -1) {
            failures += 1;
            expect(together.failure).toMatchObject({ code: 'OUTPUT_FAILED', pointer: '/outputs/N/value' });
          }
        },
      ),
      { numRuns: 30, seed: 11 },
    );
    expect(failures).toBeGreaterThan(10);
  });

  it('that come in one piece are made in batches of limited size', async () => {
    const text = '{"n":{"value":1}}\n'.repeat(200);
    const sizes = (await collect(await open('application/x-ndjson', text, now))).map(({ length }) => length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
  });

  it('are not read further than asked for: what stands behind the batch cannot fail yet', async () => {
    const text = `${'{"n":{"value":1}}\n'.repeat(64)}broken\n`;
    const batches = await open('application/x-ndjson', text, now);
    const { value } = await batches.next();
    expect(value).not.toHaveLength(0);
    const error = await failureOf(collect(batches));
    expect([error.code, error.details['line']]).toEqual(['BODY_MALFORMED', 65]);
  });
});
