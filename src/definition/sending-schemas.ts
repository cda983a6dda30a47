import type { GenericSchema } from 'valibot';
import { defaults } from './defaults.ts';
import { fields, filledText, wholeNumber } from './schema-kit.ts';
import { valibot } from './valibot.ts';

/** More attempts than that are a schedule, and belong to whoever runs one. */
const MAX_ATTEMPTS = 20;

/** The time of each request of a window is remembered. */
const MAX_REQUESTS_PER_WINDOW = 100_000;

/** What is sent again, and how much is sent at all. Neither holds unless it is given. */
export function createSendingSchemas<Method extends GenericSchema>(method: Method) {
  const v = valibot();
  const { retry, rateLimit } = defaults;
  const positive = (fallback: number) => v.exactOptional(wholeNumber(1), fallback);
  return {
    retry: v.exactOptional(
      v.nullable(
        fields({
          maxAttempts: v.exactOptional(wholeNumber(1, MAX_ATTEMPTS), retry.maxAttempts),
          maxElapsedMs: positive(retry.maxElapsedMs),
          baseDelayMs: positive(retry.baseDelayMs),
          maxDelayMs: positive(retry.maxDelayMs),
          onStatus: v.exactOptional(v.array(wholeNumber(100, 599)), [...retry.onStatus]),
          waitFrom: v.exactOptional(v.nullable(filledText())),
          methods: v.exactOptional(v.array(method), [...retry.methods]),
        }),
      ),
    ),
    rateLimit: v.exactOptional(
      v.nullable(
        fields({
          requests: v.exactOptional(v.nullable(wholeNumber(1, MAX_REQUESTS_PER_WINDOW))),
          perMs: positive(rateLimit.perMs),
          concurrency: v.exactOptional(v.nullable(wholeNumber(1))),
          maxQueue: v.exactOptional(wholeNumber(0), rateLimit.maxQueue),
          maxWaitMs: positive(rateLimit.maxWaitMs),
        }),
      ),
    ),
  };
}
