import { type CallTask, type Client, checkAnswer, TOTAL_TIMEOUT_MS, toHandRequest } from './by-hand.ts';

export async function createFetchClient({ kind, origin }: CallTask): Promise<Client> {
  return {
    async call(nth) {
      const { method, path, headers, body } = toHandRequest(kind, nth);
      const signal = AbortSignal.timeout(TOTAL_TIMEOUT_MS);
      const answer = await fetch(origin + path, { method, headers, body: body ?? null, signal });
      checkAnswer(kind, answer.status, await answer.json());
    },
    async close() {},
  };
}
