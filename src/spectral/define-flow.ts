import type { ComponentManifest } from './component-manifest.ts';
import type { ConfigPages, ConfigVars, ConfigVarsOf } from './config-pages.ts';
import type { Flow, IntegrationConfiguration, IntegrationDefinition } from './integration-definition.ts';
import type { BatchTrigger } from './trigger-definition.ts';

/**
 * A flow; returned as it was given. `flow<typeof configPages>({ … })` types `context.configVars` by these pages;
 * without pages they are what the module augmentation has registered.
 */
export function flow<Pages = never>(definition: Flow<VariablesOf<Pages>>): Flow<VariablesOf<Pages>> {
  return definition;
}

/**
 * An integration; returned as it was given. The SDK makes a document for Prismatic's platform of it, under keys that are
 * new each time; here the definition itself is what runs.
 */
export function integration<T extends IntegrationDefinition>(definition: T): T {
  return definition;
}

/** A trigger of a flow that gives its findings in batches; returned as it was given. */
export function batchFlowTrigger<Item, State extends object = Record<string, unknown>>(
  trigger: BatchTrigger<Item, State>,
): BatchTrigger<Item, State> {
  return trigger;
}

/** The configuration of an integration as one schema; returned as it was given. */
export function configuration<const T extends IntegrationConfiguration>(definition: T): T {
  return definition;
}

/** A published component that an integration uses; returned as it was given. */
export function componentManifest<T extends ComponentManifest>(definition: T): T {
  return definition;
}

/** The published components that an integration uses; returned as they were given. */
export function componentManifests<T extends Record<string, ComponentManifest>>(definition: T): T {
  return definition;
}

type VariablesOf<Pages> = [Pages] extends [never]
  ? ConfigVars
  : Pages extends ConfigPages
    ? ConfigVarsOf<Pages> & object
    : ConfigVars;
