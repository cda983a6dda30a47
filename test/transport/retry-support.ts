import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { defaults } from '../../src/definition/defaults.ts';
import { type RetryOptions, type RetryRules, withRetries } from '../../src/transport/pacing/retries.ts';
import type { SendObserver, Transport } from '../../src/transport/transport.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { startHttpServer } from '../support/loopback-server.ts';

const { waitFrom: _, ...standard } = defaults.retry;

/** A transport with the standard rules, changed where a test says so. */
export const open = (rules: Partial<RetryRules> = {}, options: Partial<RetryOptions> = {}): Transport => {
  const wire = createUndiciTransport();
  onTestFinished(() => wire.close());
  return withRetries(wire, { ...standard, ...rules }, { random: () => 0.5, ...options });
};

/** Writes down what it is told, and lets the clock pass every wait at once. */
export const follow = (clock: FakeClock) => {
  const notes: unknown[] = [];
  const observer: SendObserver = {
    retrying({ durationMs: _durationMs, ...ending }, { source, waitMs }) {
      notes.push([ending.statusCode ?? ending.error, source, waitMs]);
      queueMicrotask(() => clock.advance(waitMs));
    },
    retryRefused: why => notes.push(why),
    queued: () => undefined,
  };
  return { notes, observer, clock };
};

type Answer = (response: ServerResponse, nth: number, request: IncomingMessage) => void;

/** Counts the requests that reach it. */
export const startCounter = async (answer: Answer) => {
  const seen: string[] = [];
  const server = await startHttpServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => answer(response, seen.length, request));
  });
  onTestFinished(() => server.close());
  return { origin: server.origin, server, seen };
};

/** 503 until the n-th request. */
export const busyUntil =
  (nth: number, headers: Record<string, string> = {}): Answer =>
  (response, count) =>
    count < nth ? response.writeHead(503, headers).end('busy') : response.end('done');
