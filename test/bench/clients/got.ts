import { Agent } from 'node:http';
import got from 'got';
import {
  type CallTask,
  type Client,
  CONNECTIONS,
  checkAnswer,
  TOTAL_TIMEOUT_MS,
  toHandRequest,
} from './by-hand.ts';

export async function createGotClient({ kind, origin }: CallTask): Promise<Client> {
  const http = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const client = got.extend({
    agent: { http },
    retry: { limit: 0 },
    timeout: { request: TOTAL_TIMEOUT_MS },
    responseType: 'json',
    throwHttpErrors: false,
  });
  return {
    async call(nth) {
      const { method, path, headers, body } = toHandRequest(kind, nth);
      const answer = await client(origin + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      checkAnswer(kind, answer.statusCode, answer.body);
    },
    async close() {
      http.destroy();
    },
  };
}
