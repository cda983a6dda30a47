import type {
  ActionContext,
  ActionLogger,
  CodeNativeActionLogger,
  CustomerAttributes,
  InstanceAttributes,
} from './action-context.ts';
import type { ActionPerformReturn } from './action-definition.ts';
import type {
  ComponentManifest,
  ComponentReference,
  ConfigVarExpression,
  ValueExpression,
} from './component-manifest.ts';
import type { ConfigPages, ConfigVars, ScopedConfigVarMap, UserLevelConfigPages } from './config-pages.ts';
import type { ConnectionConfigVar } from './config-vars.ts';
import type { Connection } from './connection-value.ts';
import type { ScopedConfigVar } from './scoped-config-vars.ts';
import type {
  BatchConfig,
  PollingState,
  TriggerEventFunction,
  TriggerPayload,
  TriggerResult,
  WebhookLifecycleHandlers,
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
  isAgentFlow?: boolean | undefined;
  runInitialSyncOnDeploy?: boolean | undefined;
  preprocessFlowConfig?: object | undefined;
  organizationApiKeys?: string[] | undefined;
  testApiKeys?: string[] | undefined;
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
  batchConfig?: BatchConfig | undefined;
  trigger?: AnyBatchTrigger | undefined;
  webhookLifecycleHandlers?: WebhookLifecycleHandlers<Record<never, never>, Variables> | undefined;
  onInstanceDeploy?: TriggerEventFunction<Record<never, never>, Variables> | undefined;
  onInstanceDelete?: TriggerEventFunction<Record<never, never>, Variables> | undefined;
  // A method, so that an integration may hold flows that know more or less of its variables.
  onExecution(
    context: FlowExecutionContext<Variables>,
    params: FlowExecutionParams,
  ): Promise<ActionPerformReturn>;
  [key: string]: unknown;
}

/** Whatever its items and its state are. */
interface AnyBatchTrigger {
  onTrigger(context: never, payload: never): Promise<{ items: unknown[] }>;
  onDeploy?(context: never, payload: never): Promise<{ items: unknown[] }>;
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

/** The configuration of an integration as one schema, in place of pages. */
export interface IntegrationConfiguration {
  schema: object;
  eTag: string;
  uiSchema?: object | undefined;
  // A method, so that it may say what its configuration is.
  init?(context: ConfigurationContext): Promise<unknown>;
  connections?: Record<string, ConnectionConfigVar | ScopedConfigVar> | undefined;
}

export interface ConfigurationContext {
  logger: ActionLogger;
  customer?: CustomerAttributes;
  instance?: InstanceAttributes;
  connections: Record<string, Connection>;
  configuration: unknown;
}
