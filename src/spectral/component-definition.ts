import type { ActionDefinition } from './action-definition.ts';
import type { ConnectionDefinition } from './connection-definition.ts';
import type { DataSourceDefinition } from './data-source-definition.ts';
import type { PollingTriggerDefinition, TriggerDefinition } from './trigger-definition.ts';

export interface ComponentDisplayDefinition {
  label: string;
  description: string;
  iconPath?: string | undefined;
  category?: string | undefined;
}

/** Is given what an action threw; what it returns is thrown in its place. */
export type ErrorHandler = (error: unknown) => unknown;

export interface ComponentHooks {
  error?: ErrorHandler | undefined;
}

/** Actions, triggers, data sources and connections of one third party. */
export interface ComponentDefinition {
  key: string;
  public?: boolean | undefined;
  display: ComponentDisplayDefinition;
  documentationUrl?: string | undefined;
  actions?: Record<string, AnyOf<ActionDefinition>> | undefined;
  triggers?: Record<string, AnyOf<TriggerDefinition> | AnyOf<PollingTriggerDefinition>> | undefined;
  dataSources?: Record<string, AnyOf<DataSourceDefinition>> | undefined;
  connections?: ConnectionDefinition[] | undefined;
  hooks?: ComponentHooks | undefined;
}

/** Whatever its inputs are and whatever it gives back. */
type AnyOf<Definition> = Omit<
  Definition,
  'perform' | 'examplePerform' | 'onInstanceDeploy' | 'onInstanceDelete'
> & {
  perform(context: never, ...rest: never[]): Promise<unknown>;
};
