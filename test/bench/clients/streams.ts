import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { Agent, stream } from 'undici';
import type { ConnectionInput } from '../../../src/index.ts';
import type { StreamTask } from '../measured/stream-task.ts';
import { EVENTS_PER_PIECE, eventsOf } from '../target/payloads.ts';

/** Reads an answer of so many MiB to its end and checks how much came. */
export interface StreamReader {
  run(mib: number): Promise<void>;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
type Outputs = Readonly<Record<string, unknown>>;

/** A consumer of bytes: counts them, and takes its time if it has a pace. */
function createConsumer(mibPerSecond: number | undefined) {
  const startedAtMs = performance.now();
  let received = 0;
  return {
    take(piece: Uint8Array): Promise<void> | undefined {
      received += piece.length;
      if (mibPerSecond === undefined) return undefined;
      const aheadMs = (received / MIB / mibPerSecond) * 1000 - (performance.now() - startedAtMs);
      return aheadMs < 1 ? undefined : wait(aheadMs);
    },
    assert: (mib: number) => assertCount('bytes', received, mib * MIB),
  };
}

export async function readBytes({ client, origin, entry, mibPerSecond }: StreamTask): Promise<StreamReader> {
  if (client === 'ferrule') {
    const { open, close } = await openFerrule(entry, origin);
    const run = async (mib: number) => {
      const consumer = createConsumer(mibPerSecond);
      for await (const { data } of open('Bytes', mib)) {
        const pause = consumer.take(data as Uint8Array);
        if (pause !== undefined) await pause;
      }
      consumer.assert(mib);
    };
    return { run, close };
  }
  return readWithUndici(origin, 'bytes', mib => {
    const consumer = createConsumer(mibPerSecond);
    const write = (piece: Uint8Array) => consumer.take(piece);
    return { write, assert: () => consumer.assert(mib) };
  });
}

export async function readEvents({ client, origin, entry }: StreamTask): Promise<StreamReader> {
  if (client === 'ferrule') {
    const { open, close } = await openFerrule(entry, origin);
    const run = async (mib: number) => {
      let count = 0;
      for await (const { outputs } of open('Events', mib)) {
        assertEvent(outputs, count);
        count += 1;
      }
      assertCount('events', count, eventsOf(mib));
    };
    return { run, close };
  }
  const withJson = client === 'eventsource-parser and JSON';
  return readWithUndici(origin, 'events', mib => {
    let count = 0;
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent({ data }) {
        if (withJson) {
          const { id, choices } = JSON.parse(data) as {
            readonly id: string;
            readonly choices: readonly { readonly delta: { readonly content: string } }[];
          };
          assertEvent({ Id: id, Text: choices[0]?.delta.content }, count);
        }
        count += 1;
      },
    });
    const write = (piece: Uint8Array) => {
      parser.feed(decoder.decode(piece, { stream: true }));
      return undefined;
    };
    return { write, assert: () => assertCount('events', count, eventsOf(mib)) };
  });
}

interface Sink {
  readonly write: (piece: Uint8Array) => Promise<void> | undefined;
  readonly assert: () => void;
}

function readWithUndici(
  origin: string,
  kind: StreamTask['kind'],
  toSink: (mib: number) => Sink,
): StreamReader {
  const dispatcher = new Agent();
  const run = async (mib: number) => {
    const { write, assert } = toSink(mib);
    const toWritable = () =>
      new Writable({
        write(piece: Uint8Array, _encoding, done) {
          const pause = write(piece);
          if (pause === undefined) done();
          else pause.then(() => done(), done);
        },
      });
    await stream(`${origin}/stream/${kind}/${mib}`, { method: 'GET', dispatcher }, toWritable);
    assert();
  };
  return { run, close: () => dispatcher.close() };
}

async function openFerrule(entry: string, origin: string) {
  const { createEngine } = (await import(entry)) as typeof import('../../../src/index.ts');
  const engine = createEngine();
  const operation = (name: string, kind: string, outputs: Record<string, { value: string }>) => ({
    name,
    config: { method: 'GET' as const, path: `/stream/${kind}/<<MiB>>`, streamResponse: true },
    outputs,
  });
  const definition: ConnectionInput = {
    name: 'Streams',
    config: { baseUrl: origin, limits: { maxResponseBytes: 1024 * MIB } },
    operations: [
      operation('Bytes', 'bytes', {}),
      operation('Events', 'events', {
        Id: { value: 'body.id' },
        Text: { value: 'body.choices[0].delta.content' },
      }),
    ],
  };
  const connection = engine.connection(definition);
  return {
    open: (name: string, mib: number) => connection.stream(name, { MiB: mib }),
    close: () => engine.close(),
  };
}

function assertEvent(outputs: Outputs, count: number): void {
  const nth = count % EVENTS_PER_PIECE;
  if (outputs['Text'] !== `word ${nth} ` || outputs['Id'] !== `chunk-${nth}`)
    throw new Error(`event ${count} differs`);
}

function assertCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${found} ${what} came, expected ${expected}`);
}
