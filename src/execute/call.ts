import type { AuthCall } from '../auth/auth-strategy.ts';
import { computeValues } from '../auth/compute-values.ts';
import { waitFor } from '../base/wait.ts';
import { type BoundParameters, bindParameters } from '../compile/bind-parameters.ts';
import type { OperationPlan } from '../compile/operation-plan.ts';
import { renderRequest } from '../compile/render-request.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest, SendContext } from '../transport/transport.ts';
import type { CallOptions, ExecutionContext } from './execution-context.ts';

/** The time and the caller of one execution. */
export interface Call {
  readonly operation: OperationPlan;
  readonly context: ExecutionContext;
  readonly options: CallOptions;
  readonly startedAtMs: number;
  readonly deadlineAtMs: number;
}

export function beginCall(operation: OperationPlan, context: ExecutionContext, options: CallOptions): Call {
  assertOptions(options);
  const startedAtMs = context.clock.monotonicNow();
  const totalMs = options.timeoutMs ?? context.plan.timeouts.totalMs;
  if (typeof totalMs !== 'number' || !(totalMs > 0)) {
    throw new FerruleError('OPTIONS_INVALID', 'The option timeoutMs cannot be used', {
      expected: 'a number of milliseconds greater than 0',
      found: typeof totalMs === 'number' ? String(totalMs) : describeValue(totalMs),
    });
  }
  return { operation, context, options, startedAtMs, deadlineAtMs: startedAtMs + totalMs };
}

/** Programs without types pass what they have: a request body for parameters, an AbortController for its signal. */
function assertOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw unusable('options of the call', 'an object', options);
  const signal: unknown = 'signal' in options ? options.signal : undefined;
  const isSignal = typeof signal === 'object' && signal !== null && 'addEventListener' in signal;
  if (signal !== undefined && !isSignal) throw unusable('option signal', 'an AbortSignal', signal);
}

/** A list or a Map has no fields that could be parameters; what it holds would be dropped without a word. */
function assertParameters(parameters: unknown): void {
  const isObject = typeof parameters === 'object' && parameters !== null;
  if (!isObject || Array.isArray(parameters) || parameters instanceof Map)
    throw unusable('parameters', 'an object of values by name', parameters);
}

function unusable(what: string, expected: string, value: unknown): FerruleError {
  return new FerruleError('OPTIONS_INVALID', `The ${what} cannot be used`, {
    expected,
    found: value instanceof Map ? 'a Map' : describeValue(value),
  });
}

/** The request of the operation with this call's values, and what binding them had to say. */
export interface PreparedCall {
  readonly request: HttpRequest;
  readonly scope: RenderScope;
  readonly bound: BoundParameters;
}

export async function prepareCall(
  call: Call,
  parameters: Readonly<Record<string, unknown>>,
  fetchTokens = true,
): Promise<PreparedCall> {
  const { operation, context, options } = call;
  assertParameters(parameters);
  const bound = bindParameters(operation.parameters, parameters, options.lenient ?? false);
  const secrets = context.secrets.read(operation.secretNames, options.signal);
  const scope = toScope(call, {
    parameters: bound.values,
    secrets: secrets instanceof Promise ? await waitWithin(call, secrets) : secrets,
  });
  return { ...(await render(call, scope, fetchTokens)), bound };
}

/** The request once more, after its credential was given up: values kept from the next token may differ. */
export async function prepareAgain(call: Call, prepared: PreparedCall): Promise<PreparedCall> {
  if (!call.operation.usesKept) return prepared;
  return { ...prepared, ...(await render(call, prepared.scope, true)) };
}

/** A request that uses values kept from the token answer cannot be rendered before there is a token. */
async function render(
  call: Call,
  scope: RenderScope,
  fetchTokens: boolean,
): Promise<Pick<PreparedCall, 'request' | 'scope'>> {
  const { operation, context } = call;
  if (!operation.usesKept) return { request: renderRequest(operation.request, scope), scope };
  const kept = await context.strategy.kept?.(toAuthCall(call, scope, fetchTokens));
  const withKept = kept === undefined ? scope : { ...scope, kept };
  return { request: renderRequest(operation.request, withKept), scope: withKept };
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
  };
}

export function toSendContext(
  call: Call,
  scope: RenderScope,
  sending: Pick<SendContext, 'streaming' | 'observer' | 'renewRequest' | 'witness'>,
): SendContext {
  const { context, operation, options } = call;
  return {
    channel: context.channels.forOperation(scope),
    limits: context.plan.limits,
    timeouts: { ...context.plan.timeouts, totalMs: remainingMs(call) },
    maxRedirects: operation.maxRedirects,
    signal: options.signal,
    clock: context.clock,
    isSecretText: text => context.redactor.finds(text),
    streaming: sending.streaming,
    observer: sending.observer,
    renewRequest: sending.renewRequest,
    witness: sending.witness,
  };
}
