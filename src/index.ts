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
export { version } from './base/version.ts';
export type { ConnectSettings } from './compile/connect-settings.ts';
export type { InputProperty, InputSchema } from './compile/input-schema.ts';
export type { ConnectionDefinition, OperationDefinition } from './definition/definition.ts';
export type { ConnectionInput, OperationInput } from './definition/definition-input.ts';
export { type JsonErrorPlace, locateJsonError } from './definition/json-error-place.ts';
export { type ParsedConnection, parseConnection } from './definition/parse-connection.ts';
export { toExportDocument, toWholeDocument } from './definition/to-export-document.ts';
export {
  type Category,
  type ErrorCode,
  type ErrorCodeEntry,
  errorCodes,
  type Stage,
} from './errors/error-codes.ts';
export { FerruleError, formatIssue, type Issue } from './errors/ferrule-error.ts';
export type { AuthorizationOptions, CurrentToken, RenewedToken } from './execute/authorization.ts';
export type { Connection, Parameters } from './execute/connection.ts';
export { type CurlCommand, type CurlOptions, type CurlSource, toCurl } from './execute/curl.ts';
export type { DryRun } from './execute/dry-run.ts';
export { type ConnectionOptions, createEngine, type Engine, type EngineOptions } from './execute/engine.ts';
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
export type { HarCookie } from './execute/har-cookies.ts';
export type { HarTimings } from './execute/har-timings.ts';
export type { Logger, LoggerFailure, LogLevel } from './execute/logger.ts';
export type { MappedOutputs } from './execute/map-outputs.ts';
export { createReplayTransport } from './execute/replay-transport.ts';
export type { BoundSecret, SecretProvider } from './execute/secret-reader.ts';
export type { StreamEvent } from './execute/stream-events.ts';
export type { OperationStream } from './execute/stream-operation.ts';
export type { ConnectionTestReport, TestStage, TestStageName } from './execute/test-connection.ts';
export { type TransformOptions, transformAnswer, type WrittenAnswer } from './execute/transform-answer.ts';
export type { EgressOptions } from './transport/egress/egress-policy.ts';
export type { RequestEvent } from './transport/observation/request-events.ts';
export type { SpanLike, TracerLike } from './transport/observation/tracing.ts';
export type { WireExchange } from './transport/observation/witness.ts';
export type { ConnectTimes, PhaseTimings } from './transport/phases.ts';
export type { ProxiesByScheme, ProxySetting } from './transport/proxies/proxy-choice.ts';
export { proxyFromEnvironment } from './transport/proxies/proxy-environment.ts';
export type { ProxyOptions } from './transport/proxies/proxy-server.ts';
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
