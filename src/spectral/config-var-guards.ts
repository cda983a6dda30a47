import type { ComponentReference } from './component-manifest.ts';
import type {
  ConfigVarDataType,
  ConnectionDefinitionConfigVar,
  ConnectionReferenceConfigVar,
  DataSourceDefinitionConfigVar,
  DataSourceReferenceConfigVar,
  StandardConfigVar,
} from './config-vars.ts';
import type {
  CustomerActivatedConnectionConfigVar,
  OrganizationActivatedConnectionConfigVar,
  ScopedConfigVar,
  UserActivatedConnectionConfigVar,
} from './scoped-config-vars.ts';
import type { PollingTriggerDefinition } from './trigger-definition.ts';

/** A variable without a collection that has one data type. */
export type StandardConfigVarOf<Type extends ConfigVarDataType> = StandardConfigVar & { dataType: Type };

export function isHtmlElementConfigVar(value: unknown): value is StandardConfigVarOf<'htmlElement'> {
  return member(value, 'dataType') === 'htmlElement';
}

export function isCodeConfigVar(value: unknown): value is StandardConfigVarOf<'code'> {
  return member(value, 'dataType') === 'code';
}

export function isScheduleConfigVar(value: unknown): value is StandardConfigVarOf<'schedule'> {
  return member(value, 'dataType') === 'schedule';
}

export function isJsonFormConfigVar(value: unknown): value is StandardConfigVarOf<'jsonForm'> {
  return member(value, 'dataType') === 'jsonForm';
}

export function isJsonFormDataSourceConfigVar(value: unknown): value is DataSourceDefinitionConfigVar {
  return member(value, 'dataSourceType') === 'jsonForm';
}

export function isDataSourceDefinitionConfigVar(value: unknown): value is DataSourceDefinitionConfigVar {
  return has(value, 'dataSourceType') && typeof member(value, 'perform') === 'function';
}

export function isDataSourceReferenceConfigVar(value: unknown): value is DataSourceReferenceConfigVar {
  return isComponentReference(member(value, 'dataSource'));
}

/** A connection whose inputs stand where it is used. */
export function isConnectionDefinitionConfigVar(value: unknown): value is ConnectionDefinitionConfigVar {
  return member(value, 'dataType') === 'connection' && has(value, 'inputs');
}

/** A connection of a published component. */
export function isConnectionReferenceConfigVar(value: unknown): value is ConnectionReferenceConfigVar {
  return isComponentReference(member(value, 'connection'));
}

/** A connection that lives outside the integration. */
export function isConnectionScopedConfigVar(value: unknown): value is ScopedConfigVar {
  if (isConnectionReferenceConfigVar(value)) return false;
  return (
    isUserScopedConnectionConfigVar(value) ||
    (member(value, 'dataType') === 'connection' && !has(value, 'inputs'))
  );
}

export function isOrgOrCustomerActivatedConnection(
  value: unknown,
): value is CustomerActivatedConnectionConfigVar | OrganizationActivatedConnectionConfigVar {
  return isConnectionScopedConfigVar(value) && value.dataType === 'connection';
}

export function isUserScopedConnectionConfigVar(value: unknown): value is UserActivatedConnectionConfigVar {
  return member(value, 'dataType') === 'userScopedConnection';
}

export function isComponentReference(value: unknown): value is ComponentReference {
  return has(value, 'component') && has(value, 'key');
}

export function isPollingTriggerDefinition(value: unknown): value is PollingTriggerDefinition {
  return member(value, 'triggerType') === 'polling';
}

function has(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && name in value;
}

function member(value: unknown, name: string): unknown {
  return has(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
