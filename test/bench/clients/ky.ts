import ky from 'ky';
import { type CallTask, type Client, checkAnswer, TOTAL_TIMEOUT_MS, toHandRequest } from './by-hand.ts';

export async function createKyClient({ kind, origin }: CallTask): Promise<Client> {
  const client = ky.create({ retry: 0, timeout: TOTAL_TIMEOUT_MS, throwHttpErrors: false });
  return {
    async call(nth) {
      const { method, path, headers, body } = toHandRequest(kind, nth);
      const answer = await client(origin + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      checkAnswer(kind, answer.status, await answer.json());
    },
    async close() {},
  };
}
