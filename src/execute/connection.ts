import type { AuthServices } from '../auth/auth-strategy.ts';
import { createStrategy } from '../auth/create-strategy.ts';
import type { TokenKeeper } from '../auth/token-keeper.ts';
import type { Clock } from '../base/clock.ts';
import { nearestName } from '../base/nearest-name.ts';
import { Redactor } from '../base/redactor.ts';
import type { CompiledConnection } from '../compile/connection-plan.ts';
import { type InputSchema, toInputSchema } from '../compile/input-schema.ts';
import type { OperationPlan } from '../compile/operation-plan.ts';
import { FerruleError, type Issue } from '../errors/ferrule-error.ts';
import type { EgressPolicy } from '../transport/egress-policy.ts';
import type { StreamPosition } from '../transport/sse-reader.ts';
import type { Transport } from '../transport/transport.ts';
import { Channels } from './channels.ts';
import { createConnectionTransport } from './connection-transport.ts';
import { type DryRun, dryRunOperation } from './dry-run.ts';
import { createExchange } from './exchange.ts';
import { executeOperation } from './execute-operation.ts';
import type { CallOptions, ExecutionContext } from './execution-context.ts';
import { ExecutionEvents } from './execution-events.ts';
import type { ExecutionReport } from './execution-report.ts';
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
  readonly egress: EgressPolicy;
  readonly connectionsPerOrigin: number;
  readonly secretProvider: SecretProvider | undefined;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  /** Fires when the engine closes. */
  readonly closing: AbortSignal;
}

export type Parameters = Readonly<Record<string, unknown>>;

/** A compiled connection: ask it what it needs, test it, execute its operations. Made by `engine.connection()`. */
export class Connection {
  readonly #context: ExecutionContext;
  readonly #closing: AbortSignal;

  constructor({ plan, secrets }: CompiledConnection, parts: EngineParts) {
    const { clock, transport, tokens } = parts;
    const redactor = new Redactor();
    const channels = new Channels(plan, parts.egress, parts.connectionsPerOrigin, clock);
    const exchange = createExchange({ plan, transport, clock, redactor, channels });
    const services: AuthServices = { clock, tokens, redactor, exchange };
    this.#closing = parts.closing;
    this.#context = {
      plan,
      channels,
      transport: createConnectionTransport(plan, parts),
      clock,
      redactor,
      events: new ExecutionEvents(),
      secrets: new SecretReader(plan.name, secrets, parts.secretProvider, redactor),
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

  /**
   * Executes an operation. 4xx and 5xx answers are answers: look at `report.statusCode`.
   * @throws FerruleError with `report` telling how far it came.
   */
  async execute(
    operation: string,
    parameters: Parameters = {},
    options: CallOptions = {},
  ): Promise<ExecutionReport> {
    const plan = this.#find(operation);
    if (plan.streaming) {
      throw new FerruleError('STREAMING_REQUIRED', `The operation "${plan.name}" streams its answer`, {
        pointer: `${plan.pointer}/config/streamResponse`,
      });
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
      closing: this.#closing,
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

  #find(name: string): OperationPlan {
    this.#assertOpen();
    const { operations } = this.#context.plan;
    const operation = operations.get(name);
    if (operation !== undefined) return operation;
    throw new FerruleError('OPERATION_UNKNOWN', `The connection "${this.name}" has no such operation`, {
      found: `"${name.slice(0, 100)}"`,
      suggestion: nearestName(name, operations.keys()),
      details: { operations: [...operations.keys()] },
    });
  }

  #assertOpen(): void {
    if (this.#closing.aborted) throw new FerruleError('ENGINE_CLOSED', 'The engine is closed');
  }
}
