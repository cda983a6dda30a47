export { createMemoryTokenStore, type MemoryTokenStoreOptions } from './auth/memory-token-store.ts';
export type {
  BeginAuthorizationOptions,
  BegunAuthorization,
  CompletedAuthorization,
} from './auth/oauth2/authorization-code.ts';
export type { AuthorizedDevice, DeviceAuthorization, DevicePoll } from './auth/oauth2/device-code.ts';
export type { TokenIntrospection, TokenKind, TokenRevocation } from './auth/oauth2/token-actions.ts';
export type { Token } from './auth/token.ts';
export type { TokenEvent } from './auth/token-events.ts';
export { decodeTokenRecord, encodeTokenRecord } from './auth/token-record.ts';
export type { ReauthReason, StoredTokenRecord, TokenRecord, TokenStore } from './auth/token-store.ts';
export { type Clock, systemClock, type Timer } from './base/clock.ts';
export { Redactor } from './base/redactor.ts';
export { SecretValue } from './base/secret-value.ts';
export type { InputProperty, InputSchema } from './compile/input-schema.ts';
export type { ConnectionDefinition, OperationDefinition } from './definition/definition.ts';
export type { ConnectionInput, OperationInput } from './definition/definition-input.ts';
export { type JsonErrorPlace, locateJsonError } from './definition/json-error-place.ts';
export { type ParsedConnection, parseConnection } from './definition/parse-connection.ts';
export {
  type Category,
  type ErrorCode,
  type ErrorCodeEntry,
  errorCodes,
  type Stage,
} from './errors/error-codes.ts';
export { FerruleError, type Issue } from './errors/ferrule-error.ts';
export type { AuthorizationOptions, CurrentToken } from './execute/authorization.ts';
export type { Connection, Parameters } from './execute/connection.ts';
export type { DryRun } from './execute/dry-run.ts';
export { createEngine, type Engine, type EngineOptions } from './execute/engine.ts';
export type { CallOptions } from './execute/execution-context.ts';
export type { ExecutionEvent } from './execute/execution-events.ts';
export type {
  Attempt,
  Diagnostic,
  ExecutionReport,
  FailedExecutionReport,
  RawAnswer,
  RequestSummary,
  Timings,
  TokenUse,
} from './execute/execution-report.ts';
export type { Har, HarEntry, HarPair } from './execute/har.ts';
export { createReplayTransport } from './execute/replay-transport.ts';
export type { SecretProvider } from './execute/secret-reader.ts';
export type { StreamEvent } from './execute/stream-events.ts';
export type { OperationStream } from './execute/stream-operation.ts';
export type { ConnectionTestReport, TestStage, TestStageName } from './execute/test-connection.ts';
export type { EgressOptions } from './transport/egress-policy.ts';
export type { RequestEvent } from './transport/request-events.ts';
export type { SpanLike, TracerLike } from './transport/tracing.ts';
export type {
  Channel,
  EndedAttempt,
  HeaderPair,
  HttpRequest,
  HttpResponse,
  RedirectHop,
  ResponseBody,
  RetryRefusal,
  RetryWait,
  SendContext,
  SendObserver,
  Transport,
} from './transport/transport.ts';
export type { WireExchange } from './transport/witness.ts';
