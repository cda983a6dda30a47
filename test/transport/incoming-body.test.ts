import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaults } from '../../src/definition/defaults.ts';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { IncomingBody } from '../../src/transport/bodies/incoming-body.ts';
import { collect } from '../support/send-context.ts';

const open = (contentEncoding?: string) =>
  new IncomingBody({
    source: {
      pause: () => undefined,
      resume: () => undefined,
      abort: () => undefined,
      place: phase => ({ host: 'api.acme.test', port: 80, phase }),
    },
    limits: defaults.limits,
    contentEncoding,
    signal: undefined,
  });

/** Pieces on both sides of the size up to which they are copied together. */
const pieces = () => fc.array(fc.uint8Array({ maxLength: 2500, size: 'max' }), { maxLength: 40 });

test('a body is the same however it was cut, collected or streamed, before or while it arrives', async () => {
  await fc.assert(
    fc.asyncProperty(pieces(), fc.nat(40), fc.boolean(), async (parts, taken, streamed) => {
      const body = open();
      const expected = Buffer.concat(parts);
      for (const part of parts.slice(0, taken)) body.push(part);
      const reading = streamed
        ? collect(body).then(chunks => Buffer.concat(chunks))
        : body.bytes().then(bytes => Buffer.from(bytes));
      for (const [index, part] of parts.slice(taken).entries()) {
        body.push(part);
        // Lets the reader take some of them in between.
        if (index % 7 === 0) await Promise.resolve();
      }
      body.end();
      expect(expected.equals(await reading)).toBe(true);
    }),
    { numRuns: 200, seed: 11 },
  );
});

test('what a reader was given does not change when more arrives', async () => {
  const body = open();
  for (const text of ['a', 'b', 'c']) body.push(Buffer.from(text));
  const iterator = body[Symbol.asyncIterator]();
  const first = Buffer.from((await iterator.next()).value ?? []).toString();
  const second = (await iterator.next()).value;
  body.push(Buffer.from('d'));
  body.end();
  const third = (await iterator.next()).value;
  expect([first, ...[second, third].map(each => Buffer.from(each ?? []).toString())]).toEqual([
    'a',
    'bc',
    'd',
  ]);
});

test('an empty piece, as one arrives when a paused socket goes on, changes nothing', async () => {
  const body = open();
  const iterator = body[Symbol.asyncIterator]();
  const large = Buffer.alloc(64 * 1024, 'x');
  // Two that are copied together, and taken: the block they were copied to is still at hand.
  for (const text of ['a', 'b', 'c']) body.push(Buffer.from(text));
  await iterator.next();
  await iterator.next();
  for (const piece of [large, Buffer.alloc(0)]) body.push(piece);
  body.end();
  const rest: Uint8Array[] = [];
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
    rest.push(next.value);
  expect(rest.map(piece => piece.length)).toEqual([large.length]);
  expect(large.equals(rest[0] ?? Buffer.alloc(0))).toBe(true);
});

test('who asks for several pieces at once gets them in order, and behind them the failure, once', async () => {
  const body = open();
  const iterator = body[Symbol.asyncIterator]();
  const asked = Array.from({ length: 4 }, () => iterator.next());
  for (const text of ['a', 'b']) body.push(Buffer.from(text));
  body.fail(new FerruleError('BODY_TRUNCATED', 'cut off'));
  const [first, second, ...others] = await Promise.allSettled(asked);
  expect([first, second]).toMatchObject([{ value: { done: false } }, { value: { done: false } }]);
  expect(others).toMatchObject([{ reason: { code: 'BODY_TRUNCATED' } }, { value: { done: true } }]);
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test('a body that was left gives nothing more, whatever it had received', async () => {
  const body = open();
  for (const text of ['a', 'b']) body.push(Buffer.from(text.repeat(2000)));
  const iterator = body[Symbol.asyncIterator]();
  await iterator.next();
  await iterator.return?.();
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test('a body is at hand once, when it has arrived whole, and is the same as when it is waited for', async () => {
  await fc.assert(
    fc.asyncProperty(pieces(), async parts => {
      const [early, late] = [open(), open()];
      for (const part of parts) {
        expect(early.bytesAtHand()).toBeUndefined();
        for (const body of [early, late]) body.push(part);
      }
      for (const body of [early, late]) body.end();
      const taken = early.bytesAtHand();
      expect(Buffer.from(taken ?? [])).toEqual(Buffer.from(await late.bytes()));
      expect([early.bytesAtHand(), late.bytesAtHand()]).toEqual([undefined, undefined]);
      await expect(early.bytes()).rejects.toMatchObject({ code: 'BODY_CONSUMED' });
    }),
    { numRuns: 50 },
  );
});

test('a body that broke off or is compressed is not at hand, and can still be read', async () => {
  const broken = open();
  broken.push(Buffer.from('{"a":'));
  broken.fail(new FerruleError('BODY_TRUNCATED', 'it broke off'));
  expect(broken.bytesAtHand()).toBeUndefined();
  await expect(broken.bytes()).rejects.toMatchObject({ code: 'BODY_TRUNCATED' });
  const packed = open('gzip');
  packed.push(gzipSync('{"a":1}'));
  packed.end();
  expect(packed.bytesAtHand()).toBeUndefined();
  expect(Buffer.from(await packed.bytes()).toString()).toBe('{"a":1}');
});
