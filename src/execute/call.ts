import type { AuthCall } from '../auth/auth-strategy.ts';
import { computeValues } from '../auth/compute-values.ts';
import { waitFor } from '../base/wait.ts';
import { type BoundParameters, bindParameters } from '../compile/bind-parameters.ts';
import type { OperationPlan } from '../compile/operation-plan.ts';
import { renderRequest } from '../compile/render-request.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { assertSecretHosts } from '../transport/egress/secret-hosts.ts';
import type { WireExchange, Witness } from '../transport/observation/witness.ts';
import type { HttpRequest, SendContext } from '../transport/transport.ts';
import { assertCallOptions } from './call-options.ts';
import type { CallOptions, ExecutionContext } from './execution-context.ts';
import type { SecretValues } from './secret-reader.ts';

/** The time and the caller of one execution. */
export interface Call {
  readonly operation: OperationPlan;
  readonly context: ExecutionContext;
  readonly options: CallOptions;
  readonly startedAtMs: number;
  readonly deadlineAtMs: number;
  /** Requests on the wire, as far as somebody counts them. */
  readonly tally: { requests: number };
  /** What went over the wire for it, when the caller wants to see that. */
  readonly exchanges?: readonly WireExchange[];
  readonly witness?: Witness;
}

export function beginCall(operation: OperationPlan, context: ExecutionContext, options: CallOptions): Call {
  assertCallOptions(options);
  const startedAtMs = context.clock.monotonicNow();
  const deadlineAtMs = startedAtMs + (options.timeoutMs ?? context.plan.timeouts.totalMs);
  const call = { operation, context, options, startedAtMs, deadlineAtMs, tally: { requests: 0 } };
  if (options.har !== true) return call;
  const exchanges: WireExchange[] = [];
  return { ...call, exchanges, witness: exchange => void exchanges.push(exchange) };
}

/** A list or a Map has no fields that could be parameters; what it holds would be dropped without a word. */
function assertParameters(parameters: unknown): void {
  const isObject = typeof parameters === 'object' && parameters !== null;
  if (isObject && !Array.isArray(parameters) && !(parameters instanceof Map)) return;
  throw new FerruleError('OPTIONS_INVALID', 'The parameters cannot be used', {
    expected: 'an object of values by name',
    found: parameters instanceof Map ? 'a Map' : describeValue(parameters),
  });
}

/** The request of the operation with this call's values, and what binding them had to say. */
export interface PreparedCall {
  readonly request: HttpRequest;
  readonly scope: RenderScope;
  readonly bound: BoundParameters;
}

/** Not a promise when everything is at hand: no secret to ask for, no value of a token that is still to be fetched. */
export function prepareCall(
  call: Call,
  parameters: Readonly<Record<string, unknown>>,
  fetchTokens = true,
): PreparedCall | Promise<PreparedCall> {
  const { operation, context, options } = call;
  assertParameters(parameters);
  const bound = bindParameters(operation.parameters, parameters, options.lenient ?? false);
  const secrets = context.secrets.read(operation.secretNames, options.signal);
  return secrets instanceof Promise
    ? waitWithin(call, secrets).then(values => renderBound(call, bound, values, fetchTokens))
    : renderBound(call, bound, secrets, fetchTokens);
}

function renderBound(
  call: Call,
  bound: BoundParameters,
  secrets: SecretValues,
  fetchTokens: boolean,
): PreparedCall | Promise<PreparedCall> {
  const { operation } = call;
  const scope = toScope(call, { parameters: bound.values, secrets });
  if (!operation.usesKept) return { request: renderGuarded(call, scope), scope, bound };
  return renderWithKept(call, scope, fetchTokens).then(rendered => ({ ...rendered, bound }));
}

/** The request once more, after its credential was given up: values kept from the next token may differ. */
export async function prepareAgain(call: Call, prepared: PreparedCall): Promise<PreparedCall> {
  if (!call.operation.usesKept) return prepared;
  return { ...prepared, ...(await renderWithKept(call, prepared.scope, true)) };
}

/** A request that uses values kept from the token answer cannot be rendered before there is a token. */
async function renderWithKept(
  call: Call,
  scope: RenderScope,
  fetchTokens: boolean,
): Promise<Pick<PreparedCall, 'request' | 'scope'>> {
  const kept = await call.context.strategy.kept?.(toAuthCall(call, scope, fetchTokens));
  const withKept = kept === undefined ? scope : { ...scope, kept };
  return { request: renderGuarded(call, withKept), scope: withKept };
}

/** Secrets that may not go to the host are found before anything is sent for the request, be it a token request. */
function renderGuarded({ operation, context }: Call, scope: RenderScope): HttpRequest {
  const request = renderRequest(operation.request, scope);
  assertSecretHosts(request, context.secrets.hostsOf(scope.secrets));
  return request;
}

/** Adds the computed values that the call needs. */
function toScope({ operation: { values }, context }: Call, given: RenderScope): RenderScope {
  if (values.length === 0) return given;
  const compute = (stable: boolean) => computeValues(values, given, { ...context, stable });
  const isVolatile = values.some(value => value.isVolatile);
  return { ...given, values: compute(false), ...(isVolatile ? { recompute: compute } : {}) };
}

/** Waits for a provider of the host no longer than the call may last. */
function waitWithin<Result>(call: Call, work: Promise<Result>): Promise<Result> {
  const { clock, closing } = call.context;
  const { signal } = call.options;
  return waitFor(work, {
    clock,
    timeoutMs: remainingMs(call),
    signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
    onTimeout: deadlineExceeded,
    onAbort: reason =>
      closing.aborted ? new FerruleError('ENGINE_CLOSED', 'The engine is closed') : aborted(reason),
  });
}

function deadlineExceeded(): FerruleError {
  return new FerruleError('DEADLINE_EXCEEDED', 'The total time of the execution ran out');
}

function aborted(cause: unknown): FerruleError {
  return new FerruleError('ABORTED', 'The caller aborted the execution', { cause });
}

/** Milliseconds left; throws DEADLINE_EXCEEDED or ABORTED when there is nothing left to do. */
function remainingMs({ context, options, deadlineAtMs }: Call): number {
  if (options.signal?.aborted) throw aborted(options.signal.reason);
  const left = deadlineAtMs - context.clock.monotonicNow();
  if (left > 0) return left;
  throw deadlineExceeded();
}

export function toAuthCall(call: Call, scope: RenderScope, fetchTokens = true): AuthCall {
  return {
    scope,
    fetchTokens,
    timeoutMs: remainingMs(call),
    signal: call.options.signal,
    connection: call.context.tokenOwner,
    witness: call.witness,
  };
}

export function toSendContext(
  call: Call,
  scope: RenderScope,
  sending: Pick<SendContext, 'streaming' | 'observer' | 'renewRequest'>,
): SendContext {
  const { context, operation, options } = call;
  return {
    channel: context.channels.forOperation(scope),
    limits: context.plan.limits,
    timeouts: toTimeouts(call),
    deadlineAtMs: call.deadlineAtMs,
    maxRedirects: operation.maxRedirects,
    keepsCookies: context.plan.keepsCookies,
    onCookie: context.rememberCookie,
    signal: options.signal,
    clock: context.clock,
    secretHosts: context.secrets.hostsOf(scope.secrets),
    isSecretText: context.isSecretText,
    streaming: sending.streaming,
    observer: sending.observer,
    tally: call.tally,
    renewRequest: sending.renewRequest,
    witness: call.witness,
  };
}

/** What the caller says about the time of one call, for the message of the error that ends it. */
function toTimeouts({ context, options: { timeoutMs } }: Call): SendContext['timeouts'] {
  const { timeouts } = context.plan;
  return timeoutMs === undefined ? timeouts : { ...timeouts, totalMs: timeoutMs };
}
