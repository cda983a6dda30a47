export { ComponentTestHarness, createHarness } from './component-harness.ts';
export {
  connectionValue,
  createConnection,
  defaultConnectionValueEnvironmentVariable,
} from './connection-values.ts';
export {
  type InvokeFlowOptions,
  type InvokeReturn,
  invoke,
  invokeDataSource,
  invokeFlow,
  invokeTrigger,
} from './invoke.ts';
export { type LoggerMock, loggerMock } from './logger-mock.ts';
export type { RecordedFunction } from './recorded-function.ts';
export { createMockContextComponents, defaultTriggerPayload, type TestContext } from './test-context.ts';
