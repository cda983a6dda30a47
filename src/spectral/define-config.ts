import type { ConfigPage, UserLevelConfigPage } from './config-pages.ts';
import type { ConnectionConfigVar, DataSourceConfigVar, StandardConfigVar } from './config-vars.ts';
import type {
  CustomerActivatedConnectionConfigVar,
  OrganizationActivatedConnectionConfigVar,
  UserActivatedConnectionConfigVar,
} from './scoped-config-vars.ts';

/** A page of the configuration wizard; returned as it was given. */
export function configPage<T extends ConfigPage>(definition: T): T {
  return definition;
}

/** A page that each user fills in; returned as it was given. */
export function userLevelConfigPage<T extends UserLevelConfigPage>(definition: T): T {
  return definition;
}

/** A value of a page that is no connection; returned as it was given. */
export function configVar<T extends StandardConfigVar>(definition: T): T {
  return definition;
}

/** A value chosen from what a function or a component finds; returned as it was given. */
export function dataSourceConfigVar<T extends DataSourceConfigVar>(definition: T): T {
  return definition;
}

/** A connection of a page, defined in place or taken from a component; returned as it was given. */
export function connectionConfigVar<T extends ConnectionConfigVar>(definition: T): T {
  return definition;
}

/** A connection that each customer activates once, addressed by its `stableKey`. */
export function customerActivatedConnection<T extends { stableKey: string }>(
  definition: T,
): T & CustomerActivatedConnectionConfigVar {
  return { ...definition, dataType: 'connection' };
}

/** A connection that the organization activates, addressed by its `stableKey`. */
export function organizationActivatedConnection<T extends { stableKey: string }>(
  definition: T,
): T & OrganizationActivatedConnectionConfigVar {
  return { ...definition, dataType: 'connection' };
}

/** A connection that each user activates, addressed by its `stableKey`. */
export function userActivatedConnection<T extends { stableKey: string }>(
  definition: T,
): T & UserActivatedConnectionConfigVar {
  return { ...definition, dataType: 'userScopedConnection' };
}
