import { systemClock } from '../../src/base/clock.ts';
import { defaults } from '../../src/definition/defaults.ts';
import { createEgressPolicy } from '../../src/transport/egress/egress-policy.ts';
import type { Channel, HttpRequest, Limits, SendContext, Timeouts } from '../../src/transport/transport.ts';
import { createTrust } from '../../src/transport/trust/trust.ts';

export interface ContextOptions extends Partial<Omit<SendContext, 'channel' | 'limits' | 'timeouts'>> {
  readonly channel?: Partial<Channel>;
  readonly limits?: Partial<Limits>;
  readonly timeouts?: Partial<Timeouts>;
}

let channels = 0;

/** A context with a channel of its own and every default in place, changed where a test says so. */
export function sendContext(options: ContextOptions = {}): SendContext {
  const { channel, limits, timeouts, ...rest } = options;
  channels += 1;
  return {
    channel: {
      key: `test-${channels}`,
      trust: createTrust(),
      egress: createEgressPolicy(),
      connectTimeoutMs: defaults.timeouts.connectMs,
      connectionsPerOrigin: 4,
      http2: false,
      maxHeaderBytes: defaults.limits.maxHeaderBytes,
      ...channel,
    },
    limits: { ...defaults.limits, ...limits },
    timeouts: { ...defaults.timeouts, ...timeouts },
    maxRedirects: 0,
    clock: systemClock,
    streaming: false,
    ...rest,
  };
}

/** A GET request without credentials, changed where a test says so. */
export function httpRequest(url: string, options: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    url: new URL(url).href,
    headers: [],
    credentials: { headers: [], query: [], body: false },
    ...options,
  };
}

export async function textOf(body: { bytes(): Promise<Uint8Array> }): Promise<string> {
  return Buffer.from(await body.bytes()).toString();
}

/** All values of an iteration. */
export async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const collected: Value[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

/** All values of an iteration over batches of them, each batch read before the next is asked for. */
export async function collectEach<Value>(batches: AsyncIterable<Iterable<Value>>): Promise<Value[]> {
  const collected: Value[] = [];
  for await (const batch of batches) collected.push(...batch);
  return collected;
}
