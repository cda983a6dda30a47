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
export {
  createTransport,
  type HttpTransport,
  type SendOptions,
  type TlsOptions,
  type TransportOptions,
  type TransportRequest,
} from './transport/create-transport.ts';
export type { EgressOptions } from './transport/egress/egress-policy.ts';
export type { ConnectTimes, PhaseTimings } from './transport/phases.ts';
export type { ProxiesByScheme, ProxySetting } from './transport/proxies/proxy-choice.ts';
export { proxyFromEnvironment } from './transport/proxies/proxy-environment.ts';
export type { ProxyOptions } from './transport/proxies/proxy-server.ts';
export type { Lookup } from './transport/sockets/connector.ts';
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
export type { ClientCertificate } from './transport/trust/trust.ts';
