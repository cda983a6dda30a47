import { randomUUID } from 'node:crypto';
import { SecretValue, type Store, type WorkDraft } from '../store.ts';

type Part = Pick<Store, 'connections' | 'queue'>;

export async function connect(store: Part): Promise<string> {
  return (await store.connections.create({ name: 'connection', definition: '{}' })).id;
}

export function drafts(
  connectionId: string,
  count: number,
  change: Partial<WorkDraft> = {},
): readonly WorkDraft[] {
  const batchId = randomUUID();
  return Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    batchId,
    connectionId,
    operationId: undefined,
    principal: 'tester',
    request: new SecretValue(JSON.stringify({ index, text: 'ü\u0000' })),
    maxAttempts: 2,
    keepMs: 60_000,
    ...change,
  }));
}

export function claim(store: Part, limit: number, owner = 'me', leaseMs = 5_000) {
  return store.queue.claims.claim({ owner, leaseMs, limit });
}
