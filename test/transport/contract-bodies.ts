import zlib from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { Limits, Transport } from '../../src/transport/transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { type LoopbackServer, startFaultServer, startHttpServer } from '../support/loopback-server.ts';
import { collect, httpRequest, sendContext, textOf } from '../support/send-context.ts';

const MIB = 1024 * 1024;

const codings: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
  ['identity', bytes => bytes],
  ['gzip', bytes => zlib.gzipSync(bytes)],
  ['X-GZip', bytes => zlib.gzipSync(bytes)],
  ['deflate', bytes => zlib.deflateSync(bytes)],
  ['deflate', bytes => zlib.deflateRawSync(bytes)],
  ['br', bytes => zlib.brotliCompressSync(bytes)],
  ['zstd', bytes => zlib.zstdCompressSync(bytes)],
  ['gzip, br', bytes => zlib.brotliCompressSync(zlib.gzipSync(bytes))],
];

export function contractOfBodies(create: () => Transport): void {
  const open = (): Transport => {
    const transport = create();
    onTestFinished(() => transport.close());
    return transport;
  };
  const serve = (coding: string, body: Uint8Array): Promise<LoopbackServer> =>
    startHttpServer((_, response) => response.setHeader('content-encoding', coding).end(body));
  const read = async (
    server: LoopbackServer,
    limits: Partial<Limits> = {},
    stream = false,
  ): Promise<Uint8Array> => {
    const { body } = await open().send(httpRequest(server.origin), sendContext({ limits }));
    return stream ? Buffer.concat(await collect(body)) : body.bytes();
  };

  for (const [index, [coding, compress]] of codings.entries()) {
    for (const size of [0, 11, 3 * MIB]) {
      test(`a body of ${size} bytes in ${coding} (case ${index}) arrives whole, at once and as a stream`, async () => {
        const plain = Buffer.alloc(size, 'hello world ');
        // Enough disorder to stay under the ratio limit.
        for (let at = 0; at < size; at += 97) plain[at] = at % 251;
        await using server = await serve(coding, compress(plain));
        const limits = { maxDecompressionRatio: Number.POSITIVE_INFINITY };
        expect(plain.equals(await read(server, limits))).toBe(true);
        expect(plain.equals(await read(server, limits, true))).toBe(true);
      });
    }
  }

  test.each(['gzip', 'deflate', 'br', 'zstd'])(
    'a %s header over an empty body gives an empty body',
    async coding => {
      await using server = await serve(coding, Buffer.alloc(0));
      expect(await read(server)).toHaveLength(0);
      expect(await read(server, {}, true)).toHaveLength(0);
    },
  );

  test.each(codings.slice(1))(
    'a cut-off body in %s fails, at once and as a stream',
    async (coding, compress) => {
      const whole = compress(Buffer.from('hello world '.repeat(2000) + Math.random()));
      await using server = await serve(coding, whole.subarray(0, whole.length - 6));
      for (const stream of [false, true]) {
        const error = await failureOf(read(server, {}, stream));
        expect(error.code).toMatch(/^BODY_(?:TRUNCATED|ENCODING)$/);
        expect(error.stage).toBe('read');
      }
    },
  );

  test.each(['gzip', 'br', 'zstd', 'deflate'])(
    'a body that is not %s though its header says so fails',
    async coding => {
      await using server = await serve(coding, Buffer.from('\x78plain text, not compressed at all'));
      expect((await failureOf(read(server))).code).toBe('BODY_ENCODING');
      expect((await failureOf(read(server, {}, true))).code).toBe('BODY_ENCODING');
    },
  );

  test.each(['compress', 'gzip, gzip, gzip, gzip'])('the coding "%s" is not decoded', async coding => {
    await using server = await serve(coding, Buffer.from('x'));
    expect((await failureOf(read(server))).code).toBe('BODY_ENCODING');
  });

  test.each(['gzip', 'br', 'zstd', 'gzip, gzip'])(
    'a bomb in %s is stopped by bytes and by ratio',
    async coding => {
      const bomb = Buffer.alloc(8 * MIB);
      const compress = { gzip: zlib.gzipSync, br: zlib.brotliCompressSync, zstd: zlib.zstdCompressSync }[
        coding
      ];
      await using server = await serve(coding, compress?.(bomb) ?? zlib.gzipSync(zlib.gzipSync(bomb)));
      for (const stream of [false, true]) {
        const sized = { maxDecompressedBytes: 2 * MIB, maxDecompressionRatio: Number.POSITIVE_INFINITY };
        const tooLarge = await failureOf(read(server, sized, stream));
        expect(tooLarge.code).toBe('LIMIT_EXCEEDED');
        expect(tooLarge.details).toMatchObject({ limit: 'maxDecompressedBytes', value: 2 * MIB });
        const tooDense = await failureOf(read(server, { maxDecompressedBytes: 64 * MIB }, stream));
        expect(tooDense.details['limit']).toBe('maxDecompressionRatio');
      }
    },
  );

  test('a second reading of a body fails, in every combination', async () => {
    await using server = await startHttpServer((_, response) => response.end('once'));
    const transport = open();
    const context = sendContext();
    const body = async () => (await transport.send(httpRequest(server.origin), context)).body;
    const first = await body();
    expect(await textOf(first)).toBe('once');
    expect((await failureOf(first.bytes())).code).toBe('BODY_CONSUMED');
    expect((await failureOf(() => first[Symbol.asyncIterator]())).code).toBe('BODY_CONSUMED');
    const second = await body();
    await collect(second);
    expect((await failureOf(second.bytes())).code).toBe('BODY_CONSUMED');
    const third = await body();
    third.cancel();
    third.cancel();
    expect((await failureOf(third.bytes())).code).toBe('BODY_CONSUMED');
  });

  test('pieces reach the reader of a stream as they arrive', async () => {
    let send: ((text: string) => void) | undefined;
    await using server = await startHttpServer((_, response) => {
      response.flushHeaders();
      send = text => response.write(text);
    });
    const { body } = await open().send(httpRequest(server.origin), sendContext({ streaming: true }));
    const pieces = body[Symbol.asyncIterator]();
    for (const text of ['one', 'two']) {
      const next = pieces.next();
      send?.(text);
      expect(Buffer.from((await next).value ?? '').toString()).toBe(text);
    }
    await pieces.return?.();
    await server.whenOpen(0);
  });

  test('what arrived before the connection broke is handed over before the error', async () => {
    await using server = await startFaultServer(socket => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart', () => socket.resetAndDestroy());
    });
    const { body } = await open().send(httpRequest(server.origin), sendContext());
    const seen: string[] = [];
    const error = await failureOf(async () => {
      for await (const piece of body) seen.push(Buffer.from(piece).toString());
    });
    expect(seen.join('')).toBe('part');
    expect(error.code).toBe('CONNECTION_LOST');
  });

  test('a slow reader slows the server down', async () => {
    let written = 0;
    const piece = Buffer.alloc(64 * 1024);
    await using server = await startHttpServer((_, response) => {
      const write = () => {
        while (written < 64 * MIB && response.write(piece)) written += piece.length;
      };
      response.on('drain', write);
      write();
    });
    const { body } = await open().send(
      httpRequest(server.origin),
      sendContext({ limits: { maxResponseBytes: Number.POSITIVE_INFINITY } }),
    );
    const pieces = body[Symbol.asyncIterator]();
    await pieces.next();
    let before = -1;
    // Until the buffers of both kernels are full the server goes on; then it stands still.
    while (before !== written) {
      before = written;
      await new Promise(resolve => setTimeout(resolve, 30));
    }
    expect(written).toBeLessThan(32 * MIB);
    await pieces.return?.();
    await server.whenOpen(0);
  });

  test('leaving the loop early closes the socket, compressed or not', async () => {
    for (const coding of ['identity', 'gzip']) {
      await using server = await startHttpServer((_, response) => {
        response.setHeader('content-encoding', coding);
        const bytes = Buffer.from('x'.repeat(100_000));
        response.write(coding === 'gzip' ? zlib.gzipSync(bytes) : bytes);
      });
      const { body } = await open().send(httpRequest(server.origin), sendContext({ streaming: true }));
      for await (const piece of body) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      await server.whenOpen(0);
    }
  });

  test('a body dropped unread closes its socket', async () => {
    await using server = await startHttpServer((_, response) => void response.write('more to come'));
    const { body } = await open().send(httpRequest(server.origin), sendContext());
    body.cancel();
    await server.whenOpen(0);
    expect(server.openSockets).toBe(0);
  });
}
