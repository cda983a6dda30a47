import { Agent, request } from 'undici';
import {
  type CallTask,
  type Client,
  CONNECT_TIMEOUT_MS,
  CONNECTIONS,
  checkAnswer,
  IDLE_TIMEOUT_MS,
  MAX_RESPONSE_BYTES,
  toHandRequest,
} from './by-hand.ts';

/** The base of every ratio: `request()` and `body.json()`, with the limits that cost nothing to set. */
export async function createUndiciRequestClient({ kind, origin, ca }: CallTask): Promise<Client> {
  const dispatcher = new Agent(undiciOptions(kind === 'http2', ca));
  return {
    async call(nth) {
      const { method, path, headers, body } = toHandRequest(kind, nth);
      const answer = await request(origin + path, { method, headers, body: body ?? null, dispatcher });
      checkAnswer(kind, answer.statusCode, await answer.body.json());
    },
    close: () => dispatcher.close(),
  };
}

export function undiciOptions(allowH2: boolean, ca: string | undefined) {
  return {
    connections: allowH2 ? 1 : CONNECTIONS,
    headersTimeout: IDLE_TIMEOUT_MS,
    bodyTimeout: IDLE_TIMEOUT_MS,
    maxResponseSize: MAX_RESPONSE_BYTES,
    allowH2,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) },
  };
}
