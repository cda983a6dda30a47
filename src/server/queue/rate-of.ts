import { parseConnection } from '../../index.ts';
import type { WorkRate } from '../../store.ts';
import type { OpenConnection } from '../connections/open-connection.ts';
import { toEngineDocument } from '../documents/engine-document.ts';

/** Looked up once for what is open: it is opened anew when its definition changes. */
const known = new WeakMap<OpenConnection, WorkRate | 'unlimited'>();

/** What the definition of a connection says about its rate; undefined when it may send at once. */
export function rateOf(open: OpenConnection): WorkRate | undefined {
  const found = known.get(open) ?? readRate(open);
  known.set(open, found);
  return found === 'unlimited' ? undefined : found;
}

function readRate({ stored }: OpenConnection): WorkRate | 'unlimited' {
  const { rateLimit } = parseConnection(toEngineDocument(stored)).definition.config;
  if (rateLimit === null) return 'unlimited';
  const { requests, perMs, concurrency } = rateLimit;
  return requests === null && concurrency === null ? 'unlimited' : { requests, perMs, concurrency };
}
