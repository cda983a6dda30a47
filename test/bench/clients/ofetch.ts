import { ofetch } from 'ofetch';
import { type CallTask, type Client, checkAnswer, TOTAL_TIMEOUT_MS, toHandRequest } from './by-hand.ts';

export async function createOfetchClient({ kind, origin }: CallTask): Promise<Client> {
  const client = ofetch.create({ retry: 0, timeout: TOTAL_TIMEOUT_MS, ignoreResponseError: true });
  return {
    async call(nth) {
      const { method, path, headers, body } = toHandRequest(kind, nth);
      const answer = await client.raw(origin + path, {
        method,
        headers,
        body: body ?? null,
        responseType: 'json',
      });
      checkAnswer(kind, answer.status, answer._data);
    },
    async close() {},
  };
}
