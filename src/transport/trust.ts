import type { SecureContext } from 'node:tls';

/** Whom a connection trusts and which certificate it shows. */
export interface TrustPlan {
  /** Equal keys mean equal trust. */
  readonly key: string;
  readonly secureContext: SecureContext;
  readonly serverName: string | undefined;
}
