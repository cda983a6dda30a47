import type { ActionContext, CodeNativeActionLogger, ComponentActionFunction } from '../action-context.ts';
import type { UncheckedConfigVars } from '../config-pages.ts';
import type { TriggerPayload } from '../trigger-definition.ts';

/** What a test may say of the context; everything else is made up. Other keys are kept. */
export type TestContext = Partial<ActionContext<UncheckedConfigVars, CodeNativeActionLogger>> &
  Record<string, unknown>;

const who = () => ({
  customer: { id: 'customerId', name: 'Customer 1', externalId: '1234' },
  instance: { id: 'instanceId', name: 'Instance 1' },
  user: { id: 'userId', email: 'user@example.com', name: 'User 1', externalId: '1234' },
  integration: {
    id: 'integrationId',
    name: 'Integration 1',
    versionSequenceId: '1234',
    externalVersion: '1.0.0',
  },
  flow: { id: 'flowId', name: 'Flow 1', stableId: 'flowStableId' },
});

const where = () => ({
  webhookUrls: { 'Flow 1': 'https://example.com' },
  webhookApiKeys: { 'Flow 1': ['example-123', 'example-456'] },
  invokeUrl: 'https://example.com',
  startedAt: new Date().toISOString(),
});

/** A context for code under test. */
export function testContext(
  logger: CodeNativeActionLogger,
  given: TestContext = {},
): ActionContext<UncheckedConfigVars, CodeNativeActionLogger> {
  return {
    logger,
    configVars: {},
    components: {},
    instanceState: {},
    crossFlowState: {},
    executionState: {},
    integrationState: {},
    stepId: 'mockStepId',
    executionId: 'mockExecutionId',
    ...where(),
    ...who(),
    invokeFlow: async () => ({}),
    executionFrame: {
      componentActionKey: 'mockAction',
      executionId: 'mockExecutionId',
      executionStartedAt: '',
      stepName: 'mockStep',
      loopPath: '',
    },
    debug: {
      enabled: false,
      timeElapsed: { mark: nothing, measure: nothing },
      memoryUsage: nothing,
      results: { timeElapsed: { marks: {}, measurements: {} }, memoryUsage: [], allowedMemory: 1024 },
    },
    flowSchemas: {},
    ...given,
  };
}

/** The request that started a flow, made up. */
export function defaultTriggerPayload(): TriggerPayload {
  return {
    headers: { 'content-type': 'application/json' },
    queryParameters: {},
    rawBody: { data: { foo: 'bar' }, contentType: 'application/json' },
    body: { data: '{"foo":"bar"}', contentType: 'application/json' },
    pathFragment: '',
    executionId: 'executionId',
    ...where(),
    ...who(),
    globalDebug: false,
  };
}

/** Actions of published components that give their example, or what a test says: `context.components`. */
export function createMockContextComponents(
  registry: Record<string, { actions?: Record<string, { examplePayload?: unknown }> | undefined }>,
  mocks: { actions: Record<string, Record<string, ComponentActionFunction>> } = { actions: {} },
): Record<string, Record<string, ComponentActionFunction>> {
  const mapped = <In, Out>(from: Record<string, In>, to: (value: In, key: string) => Out) =>
    Object.fromEntries(Object.entries(from).map(([key, value]) => [key, to(value, key)]));
  return mapped(registry, ({ actions = {} }, component) =>
    mapped(actions, ({ examplePayload = { data: null } }, action) => {
      return mocks.actions[component]?.[action] ?? (async () => examplePayload);
    }),
  );
}

function nothing(): void {}
