export { type Clock, systemClock, type Timer } from './base/clock.ts';
export { SecretValue } from './base/secret-value.ts';
export {
  type Category,
  type ErrorCode,
  type ErrorCodeEntry,
  errorCodes,
  type Stage,
} from './errors/error-codes.ts';
export { FerruleError } from './errors/ferrule-error.ts';
export type { Lookup } from './transport/connector.ts';
export {
  createTransport,
  type HttpTransport,
  type SendOptions,
  type TlsOptions,
  type TransportOptions,
  type TransportRequest,
} from './transport/create-transport.ts';
export type { EgressOptions } from './transport/egress-policy.ts';
export type { ConnectTimes, PhaseTimings } from './transport/phases.ts';
export type { ProxiesByScheme, ProxySetting } from './transport/proxy-choice.ts';
export { proxyFromEnvironment } from './transport/proxy-environment.ts';
export type { ProxyOptions } from './transport/proxy-server.ts';
export type {
  CredentialPlaces,
  HeaderPair,
  HttpResponse,
  Limits,
  RedirectHop,
  ResponseBody,
  Timeouts,
  Transport,
} from './transport/transport.ts';
export type { ClientCertificate } from './transport/trust.ts';
