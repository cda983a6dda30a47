import { createHash, randomUUID } from 'node:crypto';
import { FerruleError, SecretValue } from '../../index.ts';
import type { IdempotencyKey } from '../../store.ts';
import type { Reply, RouteCall } from '../route.ts';
import type { Services } from '../services.ts';

const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
const KEEP_MS = 24 * 60 * 60 * 1000;
const MAX_KEY_LENGTH = 255;

/** An answer, and whether anything was sent for it: if not, it does no harm to try again. */
export interface Outcome {
  readonly reply: Reply;
  readonly sent: boolean;
}

/**
 * Does the work of a request once for all that carry the same `Idempotency-Key`, on any server: the others get its
 * answer. Without the header the work is simply done. What was begun goes on when its caller leaves, so that the
 * answer is there when they ask again. Answers are kept for a day.
 *
 * @throws FerruleError IDEMPOTENCY_CONFLICT when the first still runs, or the key was used for another request
 */
export async function once(
  call: RouteCall,
  body: unknown,
  { store, clock, log }: Pick<Services, 'store' | 'clock' | 'log'>,
  work: (isShared: boolean) => Promise<Outcome>,
): Promise<Reply> {
  const text = call.headers.get('idempotency-key');
  if (text === null) return (await work(false)).reply;
  const key = { scope: call.principal.id, key: assertKey(text) };
  const owner = randomUUID();
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([call.endpoint, call.query.toString(), body]))
    .digest('base64url');
  const request = { ...key, fingerprint, owner, leaseMs: LEASE_MS, keepMs: KEEP_MS };
  const begun = await store.idempotency.begin(request);
  if (begun.state === 'done') return toReplayed(begun.result);
  if (begun.state !== 'begun') throw conflict(begun.state === 'mismatch');
  const lease = keepLease(key, owner, { store, clock, log });
  try {
    const { reply, sent } = await work(true);
    if (sent) await store.idempotency.complete(key, owner, new SecretValue(JSON.stringify(reply)));
    else await store.idempotency.abandon(key, owner);
    return reply;
  } catch (error) {
    await store.idempotency.abandon(key, owner);
    throw error;
  } finally {
    lease.end();
  }
}

function assertKey(key: string): string {
  if (key.length > 0 && key.length <= MAX_KEY_LENGTH) return key;
  throw new FerruleError('REQUEST_INVALID', 'The idempotency key cannot be used', {
    expected: `1 to ${MAX_KEY_LENGTH} characters`,
    found: `${key.length} characters`,
  });
}

function toReplayed(result: SecretValue): Reply {
  const reply = JSON.parse(result.reveal()) as Reply;
  return { ...reply, headers: { ...reply.headers, 'idempotency-replayed': 'true' } };
}

function conflict(mismatch: boolean): FerruleError {
  const why = mismatch ? 'was used for another request' : 'belongs to a request that still runs';
  return new FerruleError('IDEMPOTENCY_CONFLICT', `The idempotency key ${why}`, { details: { mismatch } });
}

/** Holds the work while it runs. A lease that cannot be renewed ends by itself, and another may begin. */
function keepLease(
  key: IdempotencyKey,
  owner: string,
  { store, clock, log }: Pick<Services, 'store' | 'clock' | 'log'>,
): { end(): void } {
  let timer = clock.after(RENEW_MS, renew);
  function renew(): void {
    timer = clock.after(RENEW_MS, renew);
    store.idempotency
      .renew(key, owner, LEASE_MS)
      .catch(error => log.warn('lease_not_renewed', { error: String(error) }));
  }
  return { end: () => timer.cancel() };
}
