import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FerruleError } from '../../src/errors.ts';
import { asClientFailure } from '../../src/spectral/clients/http/client-failure.ts';
import type { HttpClientResponse, RetryConfig } from '../../src/spectral/clients/http/client-types.ts';
import { createClient } from '../../src/spectral/clients/http/index.ts';
import { retrying } from '../../src/spectral/clients/http/retrying.ts';
import { startFaultServer } from '../support/loopback-server.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';

let server: RecordingServer;

beforeEach(async () => {
  server = await startRecordingServer();
});

afterEach(() => server.close());

/** The methods that arrive for one request to a server that says `status` so often before it says 200. */
async function arrivals(
  method: string,
  status: number,
  times: number,
  retryConfig?: RetryConfig,
): Promise<number> {
  let answered = 0;
  server.answerWith(() => {
    answered += 1;
    return { status: answered > times ? 200 : status };
  });
  const client = createClient({ baseUrl: server.origin, retryConfig });
  try {
    await client.request({ method, url: '/', validateStatus: found => found === 200 });
  } catch (error) {
    expect(error).toMatchObject({ code: 'STATUS_UNEXPECTED', details: { statusCode: status } });
  } finally {
    await client.close();
  }
  return server.requests.length;
}

describe('a client with a retry configuration', () => {
  it('sends again what failed for now, three times unless it says otherwise', async () => {
    expect(await arrivals('GET', 503, 9, {})).toBe(4);
  });

  it.each([
    ['GET', 503, 3],
    ['PUT', 429, 3],
    ['DELETE', 500, 3],
    ['GET', 404, 1],
    ['POST', 503, 1],
  ] as const)('%s with answers of status %i is sent %i times', async (method, status, expected) => {
    expect(await arrivals(method, status, 2, { retries: 5 })).toBe(expected);
  });

  it('sends again whatever it is told to', async () => {
    expect(await arrivals('POST', 400, 2, { retryAllErrors: true })).toBe(3);
  });

  it('asks the condition that it is given', async () => {
    const seen: unknown[] = [];
    const retryCondition = (error: unknown) => seen.push(error) < 2;
    expect(await arrivals('POST', 409, 9, { retryCondition })).toBe(2);
    expect(seen[0]).toHaveProperty('response.status', 409);
  });

  it('sends nothing again without a configuration', async () => {
    expect(await arrivals('GET', 503, 9)).toBe(1);
  });

  it('sends again when no answer came', async () => {
    const faulty = await startFaultServer((socket, _, nth) => {
      if (nth === 1) socket.destroy();
      else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}');
    });
    const client = createClient({ baseUrl: faulty.origin, retryConfig: { retries: 1 } });
    try {
      expect((await client.get('/')).data).toEqual({});
    } finally {
      await client.close();
      await faulty.close();
    }
  });
});

describe('the wait before another attempt', () => {
  const failed = (headers: Record<string, string> = {}) =>
    asClientFailure(new FerruleError('STATUS_UNEXPECTED', 'no'), { method: 'get', url: '', headers: {} }, {
      status: 503,
      headers,
    } as unknown as HttpClientResponse);

  /** Milliseconds that are waited between the attempts. */
  async function waits(config: RetryConfig, error: unknown): Promise<readonly number[]> {
    const waited: number[] = [];
    const clock = {
      now: () => 0,
      monotonicNow: () => 0,
      after: (delayMs: number, callback: () => void) => {
        waited.push(delayMs);
        queueMicrotask(callback);
        return { cancel: () => undefined };
      },
    };
    const work = retrying(() => Promise.reject(error), { method: 'GET' }, { retries: 3, ...config }, clock);
    await expect(work).rejects.toBe(error);
    return waited;
  }

  it.each<[string, RetryConfig, Record<string, string>, readonly number[]]>([
    ['none', {}, {}, [0, 0, 0]],
    ['the same each time', { retryDelay: 5 }, {}, [5, 5, 5]],
    ['twice as long each time', { retryDelay: 5, useExponentialBackoff: true }, {}, [5, 10, 20]],
    ['what a function says', { retryDelay: nth => nth * 7 }, { 'retry-after': '9' }, [7, 14, 21]],
    ['what the server asks for', { retryDelay: 5 }, { 'retry-after': '2' }, [2000, 2000, 2000]],
    ['nothing for a server that asks for longer than a minute', {}, { 'retry-after': '61' }, []],
  ])('is %s', async (_, config, headers, expected) => {
    expect(await waits(config, failed(headers))).toEqual(expected);
  });

  it('does not begin for an error that may not pass', async () => {
    expect(await waits({}, new TypeError('a defect'))).toEqual([]);
  });
});
