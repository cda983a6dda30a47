import type { ActionContext, CodeNativeActionLogger } from './action-context.ts';
import type { ActionPerformReturn } from './action-definition.ts';
import type {
  ComponentManifest,
  ComponentReference,
  ConfigVarExpression,
  ValueExpression,
} from './component-manifest.ts';
import type { ConfigPages, ConfigVars, ScopedConfigVarMap, UserLevelConfigPages } from './config-pages.ts';
import type {
  PollingState,
  TriggerEventFunction,
  TriggerPayload,
  TriggerResult,
} from './trigger-definition.ts';

/** The schemas of a flow are of this draft unless they say otherwise. */
export const DEFAULT_JSON_SCHEMA_VERSION = 'https://json-schema.org/draft/2020-12/schema';

/** What a flow's `onExecution` gets; `Variables` is what its `configVars` are. */
export type FlowExecutionContext<Variables extends object = ConfigVars> = ActionContext<
  Variables,
  CodeNativeActionLogger
>;

/** The answer of the trigger, for the code that runs after it. */
export interface FlowExecutionParams {
  onTrigger: { results: TriggerPayload };
}

export type FlowTriggerFunction<Variables extends object = ConfigVars> = {
  call(
    context: ActionContext<Variables> & { polling: PollingState },
    payload: TriggerPayload,
    params: Record<string, unknown>,
  ): Promise<TriggerResult | { payload: unknown } | undefined>;
}['call'];

export interface RetryConfig {
  maxAttempts: number;
  delayMinutes: number;
  usesExponentialBackoff: boolean;
  uniqueRequestIdField?: string | undefined;
}

export type EndpointType = 'flow_specific' | 'instance_specific' | 'shared_instance';
export type EndpointSecurityType = 'unsecured' | 'customer_optional' | 'customer_required' | 'organization';

/** One flow of an integration, as code. Keys that are not listed are kept. */
export interface Flow<Variables extends object = ConfigVars> {
  name: string;
  /** Unique in the integration, and the same in all its versions. */
  stableKey: string;
  description?: string | undefined;
  isSynchronous?: boolean | undefined;
  triggerType?: 'standard' | 'polling' | undefined;
  schedule?:
    | ((ValueExpression<string> | ConfigVarExpression) & { timezone?: string | undefined })
    | undefined;
  endpointSecurityType?: EndpointSecurityType | undefined;
  retryConfig?: RetryConfig | undefined;
  queueConfig?: object | undefined;
  errorConfig?: object | undefined;
  schemas?: Record<string, object> | undefined;
  onTrigger?: ComponentReference | FlowTriggerFunction<Variables> | undefined;
  onDeployTrigger?: FlowTriggerFunction<Variables> | undefined;
  onInstanceDeploy?: TriggerEventFunction<Record<never, never>, Variables> | undefined;
  onInstanceDelete?: TriggerEventFunction<Record<never, never>, Variables> | undefined;
  // A method, so that an integration may hold flows that know more or less of its variables.
  onExecution(
    context: FlowExecutionContext<Variables>,
    params: FlowExecutionParams,
  ): Promise<ActionPerformReturn>;
}

/** An integration as code. Keys that are not listed are kept. */
export interface IntegrationDefinition {
  name: string;
  description?: string | undefined;
  iconPath?: string | undefined;
  category?: string | undefined;
  documentation?: string | undefined;
  version?: string | undefined;
  labels?: string[] | undefined;
  endpointType?: EndpointType | undefined;
  triggerPreprocessFlowConfig?: object | undefined;
  flows: Flow<never>[];
  configPages?: ConfigPages | undefined;
  userLevelConfigPages?: UserLevelConfigPages | undefined;
  scopedConfigVars?: ScopedConfigVarMap | undefined;
  instanceProfile?: string | undefined;
  componentRegistry?: Record<string, ComponentManifest> | undefined;
}
