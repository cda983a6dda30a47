import type { Connection } from '../connection-value.ts';
import type { FlowExecutionContext, FlowExecutionParams } from '../integration-definition.ts';
import type { TriggerPayload } from '../trigger-definition.ts';
import { type LoggerMock, loggerMock } from './logger-mock.ts';
import { defaultTriggerPayload, type TestContext, testContext } from './test-context.ts';

/** What code gave back, and the logger that it wrote to. */
export interface InvokeReturn<Result> {
  result: Result;
  loggerMock: LoggerMock;
}

type Perform<Params, Result> = { perform(context: never, params: Params): Promise<Result> };
type TriggerPerform<Params, Result> = {
  perform(context: never, payload: never, params: Params): Promise<Result>;
};

/** Runs an action with its parameters as they are: inputs neither give defaults nor clean. */
export async function invoke<Params, Result>(
  action: Perform<Params, Result>,
  params: NoInfer<Params>,
  context?: TestContext,
): Promise<InvokeReturn<Result>> {
  const logger = loggerMock();
  const result = await action.perform(testContext(logger, context) as never, params);
  return { result, loggerMock: logger };
}

/** Runs a trigger; its payload is the made-up one with what is given. */
export async function invokeTrigger<Params, Result>(
  trigger: TriggerPerform<Params, Result>,
  context?: TestContext,
  payload?: Partial<TriggerPayload>,
  params?: NoInfer<Params>,
): Promise<InvokeReturn<Result>> {
  const logger = loggerMock();
  const received = { ...defaultTriggerPayload(), ...payload };
  const result = await trigger.perform(
    testContext(logger, context) as never,
    received as never,
    (params ?? {}) as Params,
  );
  return { result, loggerMock: logger };
}

/** Runs a data source and gives what it found. */
export async function invokeDataSource<Params, Result>(
  dataSource: Perform<Params, Result>,
  params: NoInfer<Params>,
  context: TestContext = {},
): Promise<Result> {
  const { logger, configVars, customer, instance, user } = testContext(loggerMock());
  return dataSource.perform({ logger, configVars, customer, instance, user, ...context } as never, params);
}

export interface InvokeFlowOptions {
  /** By the names of the pages; connections need no `configVarKey`. */
  configVars?: Record<string, unknown> | undefined;
  context?: TestContext | undefined;
  payload?: Partial<TriggerPayload> | undefined;
}

interface FlowUnderTest<Result> {
  onTrigger?: unknown;
  onExecution(context: never, params: FlowExecutionParams): Promise<Result>;
}

/** Runs the trigger of a flow, if it has one that is code, and then the flow. */
export async function invokeFlow<Result>(
  flow: FlowUnderTest<Result>,
  { configVars = {}, context = {}, payload }: InvokeFlowOptions = {},
): Promise<InvokeReturn<Result>> {
  const logger = loggerMock();
  const variables = Object.fromEntries(
    Object.entries(configVars).map(([name, value]) => [name, toVariable(value)]),
  );
  const given = { ...testContext(logger, context), configVars: { ...context.configVars, ...variables } };
  const params = { onTrigger: { results: { ...defaultTriggerPayload(), ...payload } } };
  if (typeof flow.onTrigger === 'function') {
    const triggered = await flow.onTrigger(given, params.onTrigger.results, params);
    params.onTrigger = { results: triggered?.payload };
  }
  const result = await flow.onExecution(given as FlowExecutionContext<object> as never, params);
  return { result, loggerMock: logger };
}

function toVariable(value: unknown): unknown {
  const isConnection = typeof value === 'object' && value !== null && 'fields' in value;
  return isConnection ? { ...(value as Connection), configVarKey: '' } : value;
}
