import { FerruleError, type Issue } from '../../errors.ts';
import { compileConnection } from '../compile/compile-connection.ts';
import { inputFactsOf } from '../compile/input-facts.ts';
import {
  isComponentReference,
  isConnectionDefinitionConfigVar,
  isConnectionReferenceConfigVar,
} from '../config-var-guards.ts';
import type { ConnectionDefinitionConfigVar, ConnectionReferenceConfigVar } from '../config-vars.ts';
import type { IntegrationDefinition } from '../integration-definition.ts';
import { inlineConnection } from '../resolve/connection-of-variable.ts';
import { type IntegrationVariable, integrationVariables } from '../resolve/integration-variables.ts';

/**
 * Everything that keeps an integration from running, at once: names and stable keys that are missing or there twice, components
 * that it does not have, connections whose fields on premises contradict them, and connections that do not compile.
 */
export function validate(integration: IntegrationDefinition): readonly Issue[] {
  const variables = integrationVariables(integration);
  const { flows = [] } = integration;
  const placedFlows = flows.map((flow, at) => ({ ...flow, pointer: `/flows/${at}` }));
  const placedKeys = variables.map(({ variable, pointer }) => ({ stableKey: variable.stableKey, pointer }));
  return [
    ...missingStableKeys([...placedFlows, ...placedKeys]),
    ...duplicates(placedFlows.map(({ name, pointer }) => [name, `${pointer}/name`])),
    ...duplicates(placedFlows.map(({ stableKey, pointer }) => [stableKey, `${pointer}/stableKey`])),
    ...duplicates(variables.map(({ name, pointer }) => [name, pointer])),
    ...duplicates(placedKeys.map(({ stableKey, pointer }) => [stableKey, `${pointer}/stableKey`])),
    ...variables.flatMap(each => connectionIssues(each, integration)),
    ...placedFlows.flatMap(({ onTrigger, pointer }) =>
      isComponentReference(onTrigger) ? componentIssues(onTrigger, integration, `${pointer}/onTrigger`) : [],
    ),
  ];
}

function missingStableKeys(placed: readonly { stableKey?: unknown; pointer: string }[]): readonly Issue[] {
  return placed
    .filter(({ stableKey }) => typeof stableKey !== 'string' || stableKey === '')
    .map(({ pointer }) => ({
      code: 'DEFINITION_MISSING_FIELD',
      pointer: `${pointer}/stableKey`,
      message: 'There is no stable key',
      expected: 'a text that stays the same in all versions',
    }));
}

function duplicates(named: readonly (readonly [name: string, pointer: string])[]): readonly Issue[] {
  const seen = new Set<string>();
  const issues: Issue[] = [];
  for (const [name, pointer] of named) {
    if (typeof name !== 'string' || name === '') continue;
    if (seen.has(name)) {
      issues.push({ code: 'DEFINITION_DUPLICATE_NAME', pointer, message: `"${name}" is there twice` });
    }
    seen.add(name);
  }
  return issues;
}

function connectionIssues(
  { name, variable, pointer }: IntegrationVariable,
  integration: IntegrationDefinition,
): readonly Issue[] {
  if (isConnectionDefinitionConfigVar(variable)) {
    return [...onPremIssues(variable, pointer), ...compileIssues(name, variable, pointer)];
  }
  if (!isConnectionReferenceConfigVar(variable)) return [];
  return [
    ...componentIssues(variable.connection, integration, `${pointer}/connection`),
    ...referenceOnPremIssues(variable, integration, pointer),
  ];
}

/** An agent on premises gives a host and a port, so both or neither are its own, and only where it may be used. */
function onPremIssues(variable: ConnectionDefinitionConfigVar, pointer: string): readonly Issue[] {
  const controlled = inputFactsOf(variable).filter(({ onPremControlled }) => onPremControlled);
  const names = controlled.map(({ name }) => name);
  const { onPremConnectionConfig: mode = 'disallowed', oauth2Type } = variable;
  const wrong = (message: string, expected: string): readonly Issue[] => [
    { code: 'DEFINITION_WRONG_VALUE', pointer: `${pointer}/onPremConnectionConfig`, message, expected },
  ];
  if (mode === 'disallowed') {
    return names.length === 0
      ? []
      : wrong(`${names.join(', ')} can only come from an agent, which is not allowed`, 'allowed or required');
  }
  if (oauth2Type !== undefined) return wrong('An OAuth connection has no agent on premises', 'disallowed');
  if (names.includes('host') && names.includes('port')) return [];
  return wrong(
    `The connection is ${mode} on premises, but its agent gives it no host and port`,
    'inputs host and port with onPremControlled',
  );
}

function referenceOnPremIssues(
  { connection }: ConnectionReferenceConfigVar,
  { componentRegistry = {} }: IntegrationDefinition,
  pointer: string,
): readonly Issue[] {
  const mode = connection.onPremiseConnectionConfig ?? 'disallowed';
  const known = componentRegistry[connection.component]?.connections?.[connection.key];
  if (mode === 'disallowed' || known === undefined || known.onPremAvailable === true) return [];
  return [
    {
      code: 'DEFINITION_WRONG_VALUE',
      pointer: `${pointer}/connection/onPremiseConnectionConfig`,
      message: `The connection "${connection.key}" of "${connection.component}" cannot be on premises`,
      expected: 'disallowed',
      found: mode,
    },
  ];
}

/** What the registry does not have nobody can run; an integration without a registry is not judged. */
function componentIssues(
  { component }: { readonly component: string },
  { componentRegistry }: IntegrationDefinition,
  pointer: string,
): readonly Issue[] {
  if (componentRegistry === undefined) return [];
  const known = Object.entries(componentRegistry).flatMap(([name, { key }]) => [name, key]);
  if (known.includes(component)) return [];
  const message = `The integration has no component "${component}"`;
  const expected = [...new Set(known)].join(', ') || 'a component in componentRegistry';
  return [{ code: 'DEFINITION_WRONG_VALUE', pointer: `${pointer}/component`, message, expected }];
}

function compileIssues(
  name: string,
  variable: ConnectionDefinitionConfigVar,
  pointer: string,
): readonly Issue[] {
  try {
    compileConnection(inlineConnection(name, variable));
    return [];
  } catch (error) {
    if (!(error instanceof FerruleError)) throw error;
    return error.issues.map(issue => ({ ...issue, pointer: pointer + issue.pointer }));
  }
}
