/** A connection that each customer activates once and uses in several integrations. */
export interface CustomerActivatedConnectionConfigVar {
  dataType: 'connection';
  stableKey: string;
}

/** A connection that the organization activates, for one customer or for all. */
export interface OrganizationActivatedConnectionConfigVar {
  dataType: 'connection';
  stableKey: string;
}

/** A connection that each user of a customer activates. */
export interface UserActivatedConnectionConfigVar {
  dataType: 'userScopedConnection';
  stableKey: string;
}

/** A connection that lives outside the integration; `stableKey` is its address. */
export type ScopedConfigVar =
  | CustomerActivatedConnectionConfigVar
  | OrganizationActivatedConnectionConfigVar
  | UserActivatedConnectionConfigVar;
