import { Agent, type IncomingMessage, request } from 'node:http';
import {
  type CallTask,
  type Client,
  CONNECTIONS,
  checkAnswer,
  TOTAL_TIMEOUT_MS,
  toHandRequest,
} from './by-hand.ts';

export async function createNodeHttpClient({ kind, origin }: CallTask): Promise<Client> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const { hostname, port } = new URL(origin);
  return {
    async call(nth) {
      const { method, path, headers, body } = toHandRequest(kind, nth);
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const options = { hostname, port, method, path, headers, agent, timeout: TOTAL_TIMEOUT_MS };
        request(options, resolve).on('error', reject).end(body);
      });
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      await new Promise((resolve, reject) => answer.once('end', resolve).once('error', reject));
      checkAnswer(kind, answer.statusCode ?? 0, JSON.parse(Buffer.concat(chunks).toString()));
    },
    async close() {
      agent.destroy();
    },
  };
}
