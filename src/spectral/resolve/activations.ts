import type { ConnectionDefinition } from '../connection-definition.ts';
import type { FieldLayers } from './resolve-fields.ts';

/** A connection that was activated outside of an integration, and which integrations address by its `stableKey`. */
export interface Activation {
  readonly stableKey: string;
  /** Who activated it. */
  readonly kind: 'organization' | 'customer' | 'user';
  /** Of `customer`: whose it is. Of `organization`: the only customer it is for; left out, it is for all. */
  readonly customer?: string | undefined;
  /** Of `user`: whose it is. */
  readonly user?: string | undefined;
  readonly connection: ConnectionDefinition;
  readonly layers?: FieldLayers | undefined;
  /** The token answer, where the host keeps it itself. */
  readonly token?: Readonly<Record<string, unknown>> | undefined;
  /** The parameters that came back with the authorization code. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

/** For whom something runs. Ids, as activations have them. */
export interface Scope {
  readonly customer?: string | undefined;
  readonly user?: string | undefined;
}

/**
 * The activation that a connection of an integration means: the user's own for `userScopedConnection`; else the customer's, then
 * the organization's for this customer, then the one for all.
 */
export function findActivation(
  activations: readonly Activation[],
  { dataType, stableKey }: { readonly dataType: string; readonly stableKey: string },
  { customer, user }: Scope,
): Activation | undefined {
  const known = activations.filter(each => each.stableKey === stableKey);
  if (dataType === 'userScopedConnection') {
    return known.find(each => each.kind === 'user' && user !== undefined && each.user === user);
  }
  const isOurs = (each: Activation) => customer !== undefined && each.customer === customer;
  return (
    known.find(each => each.kind === 'customer' && isOurs(each)) ??
    known.find(each => each.kind === 'organization' && isOurs(each)) ??
    known.find(each => each.kind === 'organization' && each.customer === undefined)
  );
}
