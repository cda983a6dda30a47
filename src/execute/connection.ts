import { randomBytes } from 'node:crypto';
import type { AuthCall, AuthServices } from '../auth/auth-strategy.ts';
import { createStrategy } from '../auth/create-strategy.ts';
import type { AuthorizationActions } from '../auth/oauth2/authorization-actions.ts';
import type {
  BeginAuthorizationOptions,
  BegunAuthorization,
  CompletedAuthorization,
} from '../auth/oauth2/authorization-code.ts';
import type { AuthorizationStates } from '../auth/oauth2/authorization-state.ts';
import type { AuthorizedDevice, DeviceAuthorization, DevicePoll } from '../auth/oauth2/device-code.ts';
import type { TokenIntrospection, TokenKind, TokenRevocation } from '../auth/oauth2/token-actions.ts';
import type { TokenKeeper } from '../auth/token-keeper.ts';
import type { Clock } from '../base/clock.ts';
import type { LruMap } from '../base/lru-map.ts';
import { nearestName } from '../base/nearest-name.ts';
import { Redactor } from '../base/redactor.ts';
import type { CompiledConnection } from '../compile/connection-plan.ts';
import { type InputSchema, toInputSchema } from '../compile/input-schema.ts';
import type { OperationPlan } from '../compile/operation-plan.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError, type Issue } from '../errors/ferrule-error.ts';
import type { StreamPosition } from '../transport/bodies/sse-reader.ts';
import type { EgressPolicy } from '../transport/egress/egress-policy.ts';
import type { ProxyChoice } from '../transport/proxies/proxy-choice.ts';
import type { Channel, Transport } from '../transport/transport.ts';
import {
  type AuthorizationOptions,
  authorize,
  type CurrentToken,
  currentToken,
  forgetToken,
  type RenewedToken,
  renewToken,
} from './authorization.ts';
import { Channels } from './channels.ts';
import { createConnectionTransport, toSenders } from './connection-transport.ts';
import { type DryRun, dryRunOperation } from './dry-run.ts';
import { createExchange } from './exchange.ts';
import { executeOperation } from './execute-operation.ts';
import type { CallOptions, ExecutionContext } from './execution-context.ts';
import type { ExecutionEvents } from './execution-events.ts';
import type { ExecutionLog } from './execution-log.ts';
import type { ExecutionReport } from './execution-report.ts';
import { ExpiryTexts } from './expiry-texts.ts';
import { Proxies } from './proxies.ts';
import { reconnectStream } from './reconnecting-stream.ts';
import { type SecretProvider, SecretReader } from './secret-reader.ts';
import { type OperationStream, streamOperation } from './stream-operation.ts';
import { type ConnectionTestReport, testConnection } from './test-connection.ts';

/** What an engine lends to its connections. */
export interface EngineParts {
  readonly clock: Clock;
  /** Sends single requests. */
  readonly wire: Transport;
  /** `wire` with redirects. */
  readonly transport: Transport;
  readonly tokens: TokenKeeper;
  readonly states: AuthorizationStates;
  /** The name of the connection when left out. */
  readonly tokenOwner?: string | undefined;
  readonly egress: EgressPolicy;
  readonly connectionsPerOrigin: number;
  /** By key. */
  readonly channels: LruMap<string, Channel>;
  /** For connections that name no proxy of their own. */
  readonly proxies: ProxyChoice | undefined;
  readonly secretProvider: SecretProvider | undefined;
  readonly log: ExecutionLog | undefined;
  readonly events: ExecutionEvents;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  /** Aborted when the engine closes. */
  readonly closing: AbortSignal;
}

/** Shorter values are flags and counters; masking them would spoil reports and hide nothing. */
const MIN_COOKIE_LENGTH = 8;

export type Parameters = Readonly<Record<string, unknown>>;

/** A compiled connection: ask it what it needs, test it, execute its operations. Made by `engine.connection()`. */
export class Connection {
  readonly #context: ExecutionContext;

  constructor({ plan, secrets: definedSecrets, toSourcePointer }: CompiledConnection, parts: EngineParts) {
    const { clock, tokens, states } = parts;
    const redactor = new Redactor();
    const secrets = new SecretReader(
      plan.name,
      definedSecrets,
      parts.secretProvider,
      redactor,
      plan.secretHosts,
    );
    const senders = toSenders(plan, parts);
    const proxies = new Proxies(plan.proxy, parts.proxies, clock, redactor);
    const { egress, connectionsPerOrigin } = parts;
    const channels = new Channels({
      plan,
      egress,
      connectionsPerOrigin,
      clock,
      proxies,
      known: parts.channels,
    });
    const exchange = createExchange({ ...senders, plan, clock, redactor, channels, secrets });
    const certificateKey: AuthServices['certificateKey'] = target => channels.certificateKey(target);
    const services = { clock, tokens, states, redactor, randomBytes, exchange, certificateKey };
    this.#context = {
      plan,
      toSourcePointer,
      closing: parts.closing,
      tokenOwner: parts.tokenOwner ?? plan.name,
      channels,
      transport: createConnectionTransport(plan, { ...parts, ...senders }),
      clock,
      redactor,
      expiryTexts: new ExpiryTexts(),
      isSecretText: text => redactor.finds(text),
      rememberCookie: value => {
        if (value.length >= MIN_COOKIE_LENGTH) redactor.addFleeting(value);
      },
      events: parts.events,
      log: parts.log,
      secrets,
      strategy: createStrategy(plan.auth, services),
    };
  }

  get name(): string {
    return this.#context.plan.name;
  }

  /** The names of the operations, in the order of the definition. */
  get operations(): readonly string[] {
    return [...this.#context.plan.operations.keys()];
  }

  /** What works but is probably not meant: tags that are never closed, inputs that are never used. */
  get diagnostics(): readonly Issue[] {
    return this.#context.plan.diagnostics;
  }

  /** The parameters of an operation as JSON Schema (2020-12): forms and prompts can be made of it. */
  inputs(operation: string): InputSchema {
    return toInputSchema(this.#find(operation));
  }

  /** The names of the parameters of an operation as its templates write them: with `*` and hints. `execute` takes both. */
  parameterNames(operation: string): readonly string[] {
    return this.#find(operation).parameters.list.map(({ name }) => name);
  }

  /**
   * Executes an operation. 4xx and 5xx answers are answers: look at `report.statusCode`.
   * @throws FerruleError with `report` telling how far it came.
   */
  execute(
    operation: string,
    parameters: Parameters = {},
    options: CallOptions = {},
  ): Promise<ExecutionReport> {
    let plan: OperationPlan;
    try {
      plan = this.#findBuffered(operation);
    } catch (error) {
      return Promise.reject(error);
    }
    return executeOperation(plan, parameters, this.#context, options);
  }

  /** Executes an operation and gives its answer piece by piece. Leaving the loop early closes the socket. */
  stream(operation: string, parameters: Parameters = {}, options: CallOptions = {}): OperationStream {
    const plan = this.#find(operation);
    if (options.reconnect !== true) return streamOperation(plan, parameters, this.#context, options);
    if (plan.request.method !== 'GET') {
      throw new FerruleError('OPTIONS_INVALID', 'The option reconnect would repeat a request', {
        expected: 'an operation with the method GET',
        found: plan.request.method,
      });
    }
    const open = (position: StreamPosition) =>
      streamOperation(plan, parameters, this.#context, options, position);
    return reconnectStream(open, {
      lastEventId: options.lastEventId,
      clock: this.#context.clock,
      signal: options.signal,
      closing: this.#context.closing,
    });
  }

  /** The request that `execute` would send, with secrets masked. Nothing is sent, not even a token request. */
  async dryRun(operation: string, parameters: Parameters = {}, options: CallOptions = {}): Promise<DryRun> {
    return dryRunOperation(this.#find(operation), parameters, this.#context, options);
  }

  /** Tries the connection stage by stage: dns, connect, tls, token, request, assertion. Failures are in the report. */
  async test(parameters: Parameters = {}, options: CallOptions = {}): Promise<ConnectionTestReport> {
    this.#assertOpen();
    return testConnection(parameters, this.#context, options);
  }

  /**
   * The URL where a person authorises the connection (RFC 6749 section 4.1.1, with PKCE, RFC 7636). Nothing is kept
   * meanwhile: what completing needs is in the state, signed.
   */
  async beginAuthorization(
    options: AuthorizationOptions & BeginAuthorizationOptions = {},
  ): Promise<BegunAuthorization> {
    return this.#authorize(options, (actions, call) => actions.beginAuthorization(call, options));
  }

  /**
   * Takes the answer that came back to the redirect URI (its URL, or the query alone), exchanges the code and keeps
   * the token.
   * @throws FerruleError AUTHORIZATION_STATE_INVALID, AUTHORIZATION_FAILED, or those of token requests.
   */
  async completeAuthorization(
    callback: string | URL,
    options: AuthorizationOptions & { readonly binding?: string } = {},
  ): Promise<CompletedAuthorization> {
    return this.#authorize(options, (actions, call) =>
      actions.completeAuthorization(call, String(callback), options),
    );
  }

  /** Begins an authorization on another device (RFC 8628): show the person the code and the URL. */
  async beginDeviceAuthorization(options: AuthorizationOptions = {}): Promise<DeviceAuthorization> {
    return this.#authorize(options, (actions, call) => actions.beginDeviceAuthorization(call));
  }

  /** Asks once whether the person has decided. Wait `intervalMs` before each time. */
  async pollDeviceAuthorization(
    begun: DeviceAuthorization,
    options: AuthorizationOptions = {},
  ): Promise<DevicePoll> {
    return this.#authorize(options, (actions, call) => actions.pollDeviceAuthorization(call, begun));
  }

  /**
   * Polls until the person has decided, for as long as the code is good unless `timeoutMs` is given.
   * @throws FerruleError AUTHORIZATION_FAILED when nobody did in time.
   */
  async awaitDeviceAuthorization(
    begun: DeviceAuthorization,
    options: AuthorizationOptions = {},
  ): Promise<AuthorizedDevice> {
    const patient = { timeoutMs: Number.POSITIVE_INFINITY, ...options };
    return this.#authorize(patient, (actions, call) => actions.awaitDeviceAuthorization(call, begun));
  }

  /** What the authorization server says about the token (RFC 7662). */
  async introspectToken(
    options: AuthorizationOptions & { readonly kind?: TokenKind } = {},
  ): Promise<TokenIntrospection> {
    return this.#authorize(options, (actions, call) =>
      actions.introspectToken(call, options.kind ?? 'access_token'),
    );
  }

  /**
   * Tells the authorization server that the tokens are not used any more (RFC 7009), and forgets them. Without a
   * revocation endpoint they are only forgotten; when it fails, they are kept.
   */
  async revokeToken(options: AuthorizationOptions = {}): Promise<TokenRevocation> {
    return this.#authorize(options, (actions, call) => actions.revokeToken(call));
  }

  /**
   * Renews the connection's token when that is due, as calls do by themselves: for hosts that renew while nobody calls.
   * With `key`, a key of the token store, only when it is this token; undefined when it is another, or there is none.
   * @throws FerruleError TOKEN_NEEDS_REAUTH, or those of token requests.
   */
  async renewToken(
    options: AuthorizationOptions & { readonly key?: string } = {},
  ): Promise<RenewedToken | undefined> {
    this.#assertOpen();
    return renewToken(this.#context, options);
  }

  /**
   * The token that a request would carry now, fetched or renewed first where that is due: for hosts that send requests of
   * their own. Where there is no token, AUTHORIZATION_UNSUPPORTED.
   */
  async currentToken(options: AuthorizationOptions = {}): Promise<CurrentToken> {
    this.#assertOpen();
    return currentToken(this.#context, options);
  }

  /**
   * Forgets the connection's token, in the token store too, without telling the server. The next call asks for a new
   * one, also when it would have failed with TOKEN_NEEDS_REAUTH: for credentials that were put right at the server.
   */
  async forgetToken(options: AuthorizationOptions = {}): Promise<void> {
    this.#assertOpen();
    return forgetToken(this.#context, options);
  }

  /** Closes the sockets that nobody is using at the moment; the next call opens new ones. */
  async releaseSockets(): Promise<void> {
    const { channels, transport } = this.#context;
    await Promise.all(channels.keys.map(key => transport.release(key)));
  }

  #authorize<Result>(
    options: AuthorizationOptions,
    step: (actions: AuthorizationActions, call: AuthCall) => Promise<Result>,
  ): Promise<Result> {
    this.#assertOpen();
    return authorize(this.#context, options, step);
  }

  #findBuffered(name: string): OperationPlan {
    const plan = this.#find(name);
    if (!plan.streaming) return plan;
    throw new FerruleError('STREAMING_REQUIRED', `The operation "${plan.name}" streams its answer`, {
      pointer: `${plan.pointer}/config/streamResponse`,
    });
  }

  #find(name: string): OperationPlan {
    this.#assertOpen();
    const { operations } = this.#context.plan;
    const operation = operations.get(name);
    if (operation !== undefined) return operation;
    throw new FerruleError('OPERATION_UNKNOWN', `The connection "${this.name}" has no such operation`, {
      found: typeof name === 'string' ? `"${name.slice(0, 100)}"` : describeValue(name),
      suggestion: typeof name === 'string' ? nearestName(name, operations.keys()) : undefined,
      details: { operations: [...operations.keys()] },
    });
  }

  #assertOpen(): void {
    if (this.#context.closing.aborted) throw new FerruleError('ENGINE_CLOSED', 'The engine is closed');
  }
}
