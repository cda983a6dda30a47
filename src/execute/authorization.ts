import type { AuthCall } from '../auth/auth-strategy.ts';
import { computeValues } from '../auth/compute-values.ts';
import type { AuthorizationActions } from '../auth/oauth2/authorization-actions.ts';
import { bindParameters } from '../compile/bind-parameters.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { redactError } from '../errors/redact-error.ts';
import type { ExecutionContext } from './execution-context.ts';

/** Of the OAuth steps of a connection besides its operations. */
export interface AuthorizationOptions {
  /** Values of the parameters that the authentication of the definition uses. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Milliseconds; the connection's `timeouts.totalMs` when left out. */
  readonly timeoutMs?: number;
}

/** Takes one OAuth step. Its failures are those of executing: FerruleErrors with secrets masked. */
export function authorize<Result>(
  context: ExecutionContext,
  options: AuthorizationOptions,
  step: (actions: AuthorizationActions, call: AuthCall) => Promise<Result>,
): Promise<Result> {
  return withMaskedFailures(context, async () => {
    const actions = context.strategy.authorization?.();
    if (actions === undefined) {
      throw new FerruleError('AUTHORIZATION_UNSUPPORTED', 'The connection does not authenticate by OAuth', {
        pointer: '/config/auth',
        expected: 'an auth of type oauth2 or client_credentials',
      });
    }
    return step(actions, await toCall(context, options));
  });
}

/** Forgets the connection's token; nothing happens when its authentication has none. */
export function forgetToken(context: ExecutionContext, options: AuthorizationOptions): Promise<void> {
  return withMaskedFailures(context, async () => {
    const { strategy } = context;
    if (strategy.forget !== undefined) await strategy.forget(await toCall(context, options));
  });
}

async function withMaskedFailures<Result>(
  { redactor, log, plan }: ExecutionContext,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const failure =
      error instanceof FerruleError
        ? error
        : new FerruleError('INTERNAL_DEFECT', 'Ferrule failed in a way it should not', { cause: error });
    const shown = redactError(failure, redactor);
    log?.notAuthorized(plan.name, shown);
    throw shown;
  }
}

async function toCall(
  { plan, secrets, clock, redactor }: ExecutionContext,
  { parameters = {}, signal, timeoutMs }: AuthorizationOptions,
): Promise<AuthCall> {
  const { authentication, timeouts, name } = plan;
  const bound = bindParameters(authentication.parameters, parameters, false);
  const given: RenderScope = {
    parameters: bound.values,
    secrets: await secrets.read(authentication.secretNames, signal),
  };
  return {
    scope: { ...given, values: computeValues(authentication.values, given, { clock, redactor }) },
    fetchTokens: true,
    timeoutMs: timeoutMs ?? timeouts.totalMs,
    signal,
    connection: name,
  };
}
