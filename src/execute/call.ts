import type { AuthCall } from '../auth/auth-strategy.ts';
import { waitFor } from '../base/wait.ts';
import { type BoundParameters, bindParameters } from '../compile/bind-parameters.ts';
import type { OperationPlan } from '../compile/operation-plan.ts';
import { renderRequest } from '../compile/render-request.ts';
import type { RenderScope } from '../compile/render-scope.ts';
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
  const startedAtMs = context.clock.monotonicNow();
  const totalMs = options.timeoutMs ?? context.plan.timeouts.totalMs;
  if (!(totalMs > 0)) {
    throw new FerruleError('OPTIONS_INVALID', 'The option timeoutMs cannot be used', {
      expected: 'a number of milliseconds greater than 0',
      found: String(totalMs),
    });
  }
  return { operation, context, options, startedAtMs, deadlineAtMs: startedAtMs + totalMs };
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
): Promise<PreparedCall> {
  const { operation, context, options } = call;
  const bound = bindParameters(operation.parameters, parameters, options.lenient ?? false);
  const secrets = context.secrets.read(operation.secretNames, options.signal);
  const scope = {
    parameters: bound.values,
    secrets: secrets instanceof Promise ? await waitWithin(call, secrets) : secrets,
  };
  return { request: renderRequest(operation.request, scope), scope, bound };
}

/** Waits for a provider of the host no longer than the call may last. */
function waitWithin<Result>(call: Call, work: Promise<Result>): Promise<Result> {
  return waitFor(work, {
    clock: call.context.clock,
    timeoutMs: remainingMs(call),
    signal: call.options.signal,
    onTimeout: deadlineExceeded,
    onAbort: aborted,
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
  return { scope, fetchTokens, timeoutMs: remainingMs(call), signal: call.options.signal };
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
