import type { Issue } from '../../errors.ts';
import {
  isConnectionDefinitionConfigVar,
  isConnectionReferenceConfigVar,
  isConnectionScopedConfigVar,
} from '../config-var-guards.ts';
import type { ConfigVar } from '../config-vars.ts';
import type { IntegrationDefinition } from '../integration-definition.ts';
import { integrationVariables } from './integration-variables.ts';
import { configOf } from './resolve-connections.ts';

export interface ResolvedVariables {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly issues: readonly Issue[];
  /** What may be meant: variables that have no value. */
  readonly diagnostics: readonly Issue[];
}

/** The variables of an integration that are no connections, with their defaults. Pure. */
export function resolveVariables(
  integration: IntegrationDefinition,
  config: Readonly<Record<string, unknown>> = {},
): ResolvedVariables {
  const all = integrationVariables(integration);
  const variables: [string, unknown][] = [];
  const issues: Issue[] = unknownNames(config, all);
  const diagnostics: Issue[] = [];
  for (const { name, variable, pointer } of all) {
    if (isConnection(variable)) continue;
    const fallback = 'defaultValue' in variable ? variable.defaultValue : undefined;
    const value = configOf({ name, variable }, config) ?? fallback;
    if (value === undefined) {
      const message = `The variable "${name}" has no value`;
      diagnostics.push({ code: 'PARAMETER_MISSING', pointer, message });
      continue;
    }
    const read = readAs(variable, value);
    if (read === undefined) issues.push(wrongValue(name, variable, pointer));
    else variables.push([name, read]);
  }
  return { variables: Object.fromEntries(variables), issues, diagnostics };
}

function isConnection(variable: ConfigVar): boolean {
  return (
    isConnectionDefinitionConfigVar(variable) ||
    isConnectionReferenceConfigVar(variable) ||
    isConnectionScopedConfigVar(variable)
  );
}

function unknownNames(
  config: Readonly<Record<string, unknown>>,
  all: ReturnType<typeof integrationVariables>,
): Issue[] {
  const names = new Set(all.flatMap(({ name, variable }) => [name, variable.stableKey]));
  const expected = all.map(({ name }) => name).join(', ') || 'no variables';
  return Object.keys(config)
    .filter(name => !names.has(name))
    .map(name => ({
      code: 'PARAMETER_UNKNOWN',
      pointer: '',
      message: `The integration has no variable "${name.slice(0, 100)}"`,
      expected: `one of ${expected}`,
    }));
}

/** A value of a form is a text; running code gets numbers and switches. undefined for a value that is neither. */
function readAs(variable: ConfigVar, value: unknown): unknown {
  const type = 'dataType' in variable ? variable.dataType : undefined;
  const isList = 'collectionType' in variable && variable.collectionType !== undefined;
  if (isList) return Array.isArray(value) ? value : undefined;
  if (type === 'boolean') {
    if (typeof value === 'boolean') return value;
    return value === 'true' ? true : value === 'false' ? false : undefined;
  }
  if (type === 'number') {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }
  const choices = 'pickList' in variable ? variable.pickList : undefined;
  if (type === 'picklist' && choices !== undefined && !choices.includes(String(value))) return undefined;
  return value;
}

function wrongValue(name: string, variable: ConfigVar, pointer: string): Issue {
  const choices = 'pickList' in variable ? variable.pickList : undefined;
  const type = 'dataType' in variable ? variable.dataType : 'text';
  return {
    code: 'PARAMETER_INVALID',
    pointer,
    message: `The variable "${name}" has a value that it does not take`,
    expected: choices === undefined ? `a ${type}` : `one of ${choices.join(', ')}`,
  };
}
