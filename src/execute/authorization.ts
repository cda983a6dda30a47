import type { AuthCall } from '../auth/auth-strategy.ts';
import { computeValues } from '../auth/compute-values.ts';
import type { AuthorizationActions } from '../auth/oauth2/authorization-actions.ts';
import type { SecretValue } from '../base/secret-value.ts';
import { waitFor } from '../base/wait.ts';
import { bindParameters } from '../compile/bind-parameters.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import { describeValue } from '../errors/describe-value.ts';
import { errorAtSource } from '../errors/error-at-source.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { redactError } from '../errors/redact-error.ts';
import type { ExecutionContext } from './execution-context.ts';

const stage = 'authenticate';

/** Of the OAuth steps of a connection besides its operations. */
export interface AuthorizationOptions {
  /** Values of the parameters that the authentication of the definition uses. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Milliseconds; the connection's `timeouts.totalMs` when left out, and no bound for a wait for a person. */
  readonly timeoutMs?: number;
}

/**
 * Takes one OAuth step. Its failures are those of executing: FerruleErrors with secrets masked. A request that is under
 * way when the caller leaves goes on to its own deadline, so a code that it exchanges is not lost; waits end at once.
 */
export function authorize<Result>(
  context: ExecutionContext,
  options: AuthorizationOptions,
  step: (actions: AuthorizationActions, call: AuthCall) => Promise<Result>,
): Promise<Result> {
  return withMaskedFailures(context, async () => {
    assertAuthorizationOptions({ ...options });
    const actions = context.strategy.authorization?.();
    if (actions === undefined) {
      throw new FerruleError('AUTHORIZATION_UNSUPPORTED', 'The connection does not authenticate by OAuth', {
        pointer: '/config/auth',
        expected: 'an auth of type oauth2 or client_credentials',
      });
    }
    return withPatience(context, options, async signal =>
      step(actions, await toCall(context, { ...options, signal })),
    );
  });
}

/** Waits for `work` within the caller's time; what it is given fires as soon as nobody waits for it any more. */
async function withPatience<Result>(
  { clock, closing, plan }: ExecutionContext,
  { signal, timeoutMs = plan.timeouts.totalMs }: AuthorizationOptions,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const left = new AbortController();
  const given = signal === undefined ? closing : AbortSignal.any([signal, closing]);
  const onAbort = (cause: unknown) =>
    closing.aborted
      ? new FerruleError('ENGINE_CLOSED', 'The engine is closed')
      : new FerruleError('ABORTED', 'The caller aborted the authorization', { stage, cause });
  if (given.aborted) throw onAbort(given.reason);
  try {
    return await waitFor(work(AbortSignal.any([given, left.signal])), {
      clock,
      timeoutMs,
      signal: given,
      onTimeout: () =>
        new FerruleError('DEADLINE_EXCEEDED', 'The total time of the authorization ran out', { stage }),
      onAbort,
    });
  } finally {
    left.abort();
  }
}

/** A token for requests that the connection does not send itself. */
export interface CurrentToken {
  readonly value: SecretValue;
  /** Milliseconds since the Unix epoch; `Infinity` when the token has no end. */
  readonly expiresAtMs: number;
  /** What the definition keeps of the token answer, by name; SecretValue for texts that must not be shown. */
  readonly kept: ReadonlyMap<string, unknown>;
}

/** The connection's token, fetched or renewed first where that is due. */
export function currentToken(
  context: ExecutionContext,
  options: AuthorizationOptions,
): Promise<CurrentToken> {
  return withMaskedFailures(context, async () => {
    const { strategy } = context;
    if (strategy.token === undefined) {
      throw new FerruleError('AUTHORIZATION_UNSUPPORTED', 'The connection has no token', {
        pointer: '/config/auth',
        expected: 'an auth that fetches tokens',
      });
    }
    const { value, expiresAtMs, kept = new Map() } = await strategy.token(await toCall(context, options));
    return { value, expiresAtMs, kept };
  });
}

/** Forgets the connection's token; nothing happens when its authentication has none. */
export function forgetToken(context: ExecutionContext, options: AuthorizationOptions): Promise<void> {
  return withMaskedFailures(context, async () => {
    const { strategy } = context;
    if (strategy.forget !== undefined) await strategy.forget(await toCall(context, options));
  });
}

/** What is known of a token without showing it. */
export interface RenewedToken {
  /** Milliseconds since the Unix epoch; `Infinity` when the token has no end. */
  readonly expiresAtMs: number;
}

/** Renews the connection's token when it is due; undefined when there is none, or it is another than `key` names. */
export function renewToken(
  context: ExecutionContext,
  { key, ...options }: AuthorizationOptions & { readonly key?: string },
): Promise<RenewedToken | undefined> {
  return withMaskedFailures(context, async () => {
    const token = await context.strategy.renew?.(await toCall(context, options), key);
    return token === undefined ? undefined : { expiresAtMs: token.expiresAtMs };
  });
}

/** Programs without types pass what they have, such as an AbortController for its signal. */
function assertAuthorizationOptions({ signal, timeoutMs }: Readonly<Record<string, unknown>>): void {
  const isSignal = typeof signal === 'object' && signal !== null && 'addEventListener' in signal;
  if (signal !== undefined && !isSignal) throw unusable('signal', 'an AbortSignal', signal);
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0)) {
    throw unusable('timeoutMs', 'a number of milliseconds greater than 0', timeoutMs);
  }
}

function unusable(option: string, expected: string, given: unknown): FerruleError {
  return new FerruleError('OPTIONS_INVALID', `The option ${option} cannot be used`, {
    expected,
    found: typeof given === 'number' ? String(given) : describeValue(given),
  });
}

async function withMaskedFailures<Result>(
  { redactor, log, plan, toSourcePointer }: ExecutionContext,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const failure =
      error instanceof FerruleError
        ? error
        : new FerruleError('INTERNAL_DEFECT', 'Ferrule failed in a way it should not', { cause: error });
    const shown = redactError(errorAtSource(failure, toSourcePointer), redactor);
    log?.notAuthorized(plan.name, shown);
    throw shown;
  }
}

async function toCall(context: ExecutionContext, options: AuthorizationOptions): Promise<AuthCall> {
  const { plan, secrets, clock, redactor, tokenOwner } = context;
  assertAuthorizationOptions({ ...options });
  const { parameters = {}, signal, timeoutMs } = options;
  const { authentication, timeouts } = plan;
  const bound = bindParameters(authentication.parameters, parameters, false);
  const read = secrets.read(authentication.secretNames, signal);
  const given: RenderScope = {
    parameters: bound.values,
    secrets: read instanceof Promise ? await withPatience(context, options, () => read) : read,
  };
  return {
    scope: { ...given, values: computeValues(authentication.values, given, { clock, redactor }) },
    fetchTokens: true,
    timeoutMs: timeoutMs ?? timeouts.totalMs,
    signal,
    connection: tokenOwner,
  };
}
