import type { ConfigVars } from './config-pages.ts';
import type { Connection } from './connection-value.ts';
import type { KeyValuePair } from './input-fields.ts';

type LogFunction = (...args: unknown[]) => void;

export interface ActionLogger {
  metric: LogFunction;
  trace: LogFunction;
  debug: LogFunction;
  info: LogFunction;
  log: LogFunction;
  warn: LogFunction;
  error: LogFunction;
}

export type ActionLoggerFunction = LogFunction;

/** The logger of a flow, which can also open and close sections. */
export interface CodeNativeActionLogger extends ActionLogger {
  section(label: string): void;
  sectionEnd(params: { label: string; data?: Record<string, unknown> }): void;
}

export interface CustomerAttributes {
  id: string;
  externalId: string;
  name: string;
}

export interface InstanceAttributes {
  id: string;
  name: string;
}

export interface UserAttributes {
  id: string;
  email: string;
  name: string;
  externalId: string;
}

export interface IntegrationAttributes {
  id: string;
  name: string;
  versionSequenceId: string;
  externalVersion: string;
}

export interface FlowAttributes {
  id: string;
  name: string;
  stableId: string;
}

/** State that outlives a run: it is given, and what a run returns takes its place. */
export type PersistedState = Record<string, unknown>;

/** Measurements of a run; all of it is empty unless debugging is on. */
export interface DebugContext {
  enabled: boolean;
  timeElapsed: {
    mark(context: unknown, label: string): void;
    measure(context: unknown, label: string, marks: { start: string; end: string }): void;
  };
  memoryUsage(context: unknown, label: string, showDetail?: boolean): void;
  results: Record<string, unknown>;
}

/** An action of a published component, called by code. */
export type ComponentActionFunction = (values: Record<string, unknown>) => Promise<unknown>;

/** What code gets beside its parameters. */
export interface ActionContext<
  Variables extends object = ConfigVars,
  Logger extends ActionLogger = ActionLogger,
> {
  logger: Logger;
  configVars: Variables;
  components: Record<string, Record<string, ComponentActionFunction>>;
  instanceState: PersistedState;
  crossFlowState: PersistedState;
  executionState: PersistedState;
  integrationState: PersistedState;
  stepId: string;
  executionId: string;
  webhookUrls: Record<string, string>;
  webhookApiKeys: Record<string, string[]>;
  invokeUrl: string;
  customer: CustomerAttributes;
  instance: InstanceAttributes;
  user: UserAttributes;
  integration: IntegrationAttributes;
  flow: FlowAttributes;
  /** ISO 8601. */
  startedAt: string;
  invokeFlow(
    name: string,
    values?: Record<string, unknown>,
    config?: object,
    source?: string,
  ): Promise<unknown>;
  executionFrame: Record<string, unknown>;
  debug: DebugContext;
  flowSchemas: Record<string, unknown>;
  isSimulatedTestExecution?: boolean;
}

/** The parameters that inputs give to a function. */
export type ActionInputParameters<Inputs> = { [Name in keyof Inputs]: ParameterValue<Inputs[Name]> };

type ParameterValue<Input> = Input extends { clean: (...args: never[]) => infer Cleaned }
  ? Cleaned
  : Input extends { type: 'structuredObject'; inputs: infer Inner }
    ? InCollection<ActionInputParameters<Inner>, Input>
    : Input extends { type: 'dynamicObject'; configurations: infer Configurations }
      ? DynamicObjectValue<Configurations>
      : Input extends { type: 'connection' }
        ? InCollection<Connection, Input>
        : InCollection<Input extends { default: infer Default } ? Default : unknown, Input>;

type DynamicObjectValue<Configurations> = {
  [Name in keyof Configurations]: {
    configuration: Name;
    values: Configurations[Name] extends { inputs: infer Inner } ? ActionInputParameters<Inner> : never;
  };
}[keyof Configurations];

type InCollection<Value, Input> = Input extends { collection: 'keyvaluelist' }
  ? Value extends KeyValuePair[]
    ? Value
    : KeyValuePair<Value>[]
  : Input extends { collection: 'valuelist' }
    ? Value extends unknown[]
      ? Value
      : Value[]
    : Value;
