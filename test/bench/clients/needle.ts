import { Agent } from 'node:http';
import needle from 'needle';
import {
  type CallTask,
  type Client,
  CONNECTIONS,
  checkAnswer,
  TOTAL_TIMEOUT_MS,
  toHandRequest,
} from './by-hand.ts';

export async function createNeedleClient({ kind, origin }: CallTask): Promise<Client> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  return {
    async call(nth) {
      const { method, path, headers, body } = toHandRequest(kind, nth);
      const options = { headers, agent, response_timeout: TOTAL_TIMEOUT_MS, read_timeout: TOTAL_TIMEOUT_MS };
      const answer = await needle(method.toLowerCase(), origin + path, body ?? null, options);
      checkAnswer(kind, answer.statusCode, answer.body);
    },
    async close() {
      agent.destroy();
    },
  };
}
