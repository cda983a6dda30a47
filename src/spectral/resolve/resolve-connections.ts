import type { Issue } from '../../errors.ts';
import type { ComponentDefinition } from '../component-definition.ts';
import {
  isConnectionDefinitionConfigVar,
  isConnectionReferenceConfigVar,
  isConnectionScopedConfigVar,
} from '../config-var-guards.ts';
import type { ConnectionDefinition } from '../connection-definition.ts';
import type { IntegrationDefinition } from '../integration-definition.ts';
import { type Activation, findActivation, type Scope } from './activations.ts';
import { inlineConnection, referencedConnection, referenceValues } from './connection-of-variable.ts';
import { type IntegrationVariable, integrationVariables } from './integration-variables.ts';
import { type FieldLayers, resolveFields } from './resolve-fields.ts';
import { createResolvedConnection, type ResolvedConnection } from './resolved-connection.ts';

/** The values of one connection of an integration. */
export interface ConnectionConfig extends Omit<FieldLayers, 'call'> {
  /** Given by the program that runs the flow; they win over every layer. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** The token answer, where the host keeps it itself. */
  readonly token?: Readonly<Record<string, unknown>> | undefined;
  /** The parameters that came back with the authorization code. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

export interface ResolveOptions extends Scope {
  /** Values of the variables by name, or by `stableKey`; of a connection a `ConnectionConfig`. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Connections that were activated outside of the integration. */
  readonly activations?: readonly Activation[] | undefined;
  /** Components whose connections the integration uses; without one its manifest has to do. */
  readonly components?: readonly ComponentDefinition[] | undefined;
}

export interface ResolvedConnections {
  readonly connections: readonly ResolvedConnection[];
  /** What is missing, unknown, wrong or not permitted in any of them, at once. */
  readonly issues: readonly Issue[];
}

/** Every connection of an integration with its values: those of its pages, and those that live outside of it. Pure. */
export function resolveConnections(
  integration: IntegrationDefinition,
  options: ResolveOptions = {},
): ResolvedConnections {
  const found = integrationVariables(integration).flatMap(each => {
    const known = findConnection(each, integration, options);
    return known === undefined ? [] : [known];
  });
  return {
    connections: found.flatMap(({ connection }) => (connection === undefined ? [] : [connection])),
    issues: found.flatMap(({ issues }) => issues),
  };
}

/** One connection by itself, with its values; `name` is that of the variable it will stand in. Pure. */
export function resolveConnection(
  name: string,
  definition: ConnectionDefinition,
  { fields: call, token, context, ...layers }: ConnectionConfig,
  scope: Scope = {},
): { readonly connection: ResolvedConnection; readonly issues: readonly Issue[] } {
  const { fields, sources, issues } = resolveFields(definition, { ...layers, call });
  const open = { name, stableKey: name, activation: 'integration', definition, sources } as const;
  return { connection: createResolvedConnection(open, { fields, token, context }, scope), issues };
}

/** The connections that an integration defines where it uses them. */
export function inlineConnections(
  integration: IntegrationDefinition,
): readonly { readonly name: string; readonly connection: ConnectionDefinition }[] {
  return integrationVariables(integration).flatMap(({ name, variable }) =>
    isConnectionDefinitionConfigVar(variable) ? [{ name, connection: inlineConnection(name, variable) }] : [],
  );
}

/** What was given for a variable, by its name or its `stableKey`. */
export function configOf(
  { name, variable }: Pick<IntegrationVariable, 'name' | 'variable'>,
  config: Readonly<Record<string, unknown>> = {},
): unknown {
  if (Object.hasOwn(config, name)) return config[name];
  return Object.hasOwn(config, variable.stableKey) ? config[variable.stableKey] : undefined;
}

interface Found {
  readonly connection?: ResolvedConnection;
  readonly issues: readonly Issue[];
}

/** undefined for a variable that is no connection. */
function findConnection(
  each: IntegrationVariable,
  integration: IntegrationDefinition,
  options: ResolveOptions,
): Found | undefined {
  const { name, pointer } = each;
  const given = configOf(each, options.config) as ConnectionConfig | undefined;
  const known = findKnown(each, integration, options, given);
  if (known === undefined || given === undefined) return known;
  return { ...known, issues: [...configIssues(given, name, pointer), ...known.issues] };
}

const CONFIG_MEMBERS = ['fields', 'token', 'context', 'template', 'organization', 'customer', 'user'];

/** Fields that stand beside `fields` instead of in it are the likeliest mistake. */
function configIssues(given: unknown, name: string, pointer: string): readonly Issue[] {
  const expected = `an object with ${CONFIG_MEMBERS.join(', ')}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const message = `The connection "${name}" was given something else than its values`;
    return [{ code: 'PARAMETER_INVALID', pointer, message, expected }];
  }
  return Object.keys(given)
    .filter(member => !CONFIG_MEMBERS.includes(member))
    .map(member => ({
      code: 'PARAMETER_UNKNOWN',
      pointer,
      message: `The values of the connection "${name}" have a member "${member.slice(0, 100)}"`,
      expected,
    }));
}

function findKnown(
  each: IntegrationVariable,
  integration: IntegrationDefinition,
  options: ResolveOptions,
  given: ConnectionConfig | undefined,
): Found | undefined {
  const { name, variable, pointer } = each;
  if (isConnectionDefinitionConfigVar(variable)) {
    return resolve(each, inlineConnection(name, variable), 'integration', given ?? {}, options);
  }
  if (isConnectionReferenceConfigVar(variable)) {
    const definition = referencedConnection(variable, integration, options.components ?? []);
    if (definition === undefined) return missing(pointer, `No component has the connection of "${name}"`);
    const organization = {
      ...referenceValues(variable.connection, options.config),
      ...given?.organization,
    };
    return resolve(each, definition, 'integration', { ...given, organization }, options);
  }
  if (!isConnectionScopedConfigVar(variable)) return undefined;
  const activation = findActivation(options.activations ?? [], variable, options);
  if (activation === undefined) {
    const { stableKey } = variable;
    return missing(pointer, `Nobody has activated the connection "${name}" (stable key "${stableKey}")`);
  }
  const { connection, kind, layers = {}, token, context } = activation;
  const { call, ...others } = layers;
  const config = { ...others, fields: { ...call, ...given?.fields }, token, context };
  return resolve(each, connection, kind, config, options);
}

function resolve(
  { name, variable, pointer }: IntegrationVariable,
  definition: ConnectionDefinition,
  activation: ResolvedConnection['activation'],
  { fields: call, token, context, ...layers }: ConnectionConfig,
  scope: Scope,
): Found {
  const { fields, sources, issues } = resolveFields(definition, { ...layers, call }, pointer);
  const open = { name, stableKey: variable.stableKey, activation, definition, sources };
  return { connection: createResolvedConnection(open, { fields, token, context }, scope), issues };
}

function missing(pointer: string, message: string): Found {
  return { issues: [{ code: 'PARAMETER_MISSING', pointer, message }] };
}
