import { Agent } from 'node:http';
import axios from 'axios';
import {
  type CallTask,
  type Client,
  CONNECTIONS,
  checkAnswer,
  MAX_RESPONSE_BYTES,
  TOTAL_TIMEOUT_MS,
  toHandRequest,
} from './by-hand.ts';

export async function createAxiosClient({ kind, origin }: CallTask): Promise<Client> {
  const httpAgent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const client = axios.create({
    httpAgent,
    timeout: TOTAL_TIMEOUT_MS,
    maxContentLength: MAX_RESPONSE_BYTES,
    proxy: false,
    validateStatus: null,
  });
  return {
    async call(nth) {
      const { method, path, headers, body } = toHandRequest(kind, nth);
      const answer = await client.request({ method, url: origin + path, headers, data: body });
      checkAnswer(kind, answer.status, answer.data);
    },
    async close() {
      httpAgent.destroy();
    },
  };
}
