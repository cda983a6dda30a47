import { FerruleError } from '../../index.ts';
import type { ApiKeyScope } from '../../store.ts';

/** Who sends a request, and what they may do. */
export interface Principal {
  /** `key:` and the id of an API key, or `jwt:` and the subject of a token; for logs, and to tell callers apart. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
}

/** Nobody in particular: the caller of an open endpoint. */
export const anonymous: Principal = { id: 'anonymous', name: 'anonymous', scopes: [] };

/** `manage` includes `execute`, which includes `read`. */
export function mayDo({ scopes }: Principal, wanted: ApiKeyScope): boolean {
  return scopes.some(scope => included[scope].includes(wanted));
}

/** @throws FerruleError FORBIDDEN, saying which scope is missing and what for. */
export function assertScope(principal: Principal, wanted: ApiKeyScope, why: string): void {
  if (mayDo(principal, wanted)) return;
  throw new FerruleError('FORBIDDEN', why, {
    expected: `the scope ${wanted}`,
    found: principal.scopes.length === 0 ? 'no scope' : principal.scopes.join(', '),
  });
}

const included: Readonly<Record<ApiKeyScope, readonly ApiKeyScope[]>> = {
  read: ['read'],
  execute: ['read', 'execute'],
  manage: ['read', 'execute', 'manage'],
};
