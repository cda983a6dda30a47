import type { ConnectSettings } from '../compile/connect-settings.ts';
import type { OperationPlan } from '../compile/operation-plan.ts';
import type { HttpRequest } from '../transport/transport.ts';
import { beginCall, prepareCall, toAuthCall } from './call.ts';
import type { CallOptions, ExecutionContext } from './execution-context.ts';
import type { Diagnostic } from './execution-report.ts';
import { ReportWriter } from './report-writer.ts';

/** A request as it would be sent, secrets masked. */
export interface DryRun {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Text, or `[n bytes]` for a binary body; left out when there is none. */
  readonly body?: string;
  readonly diagnostics: readonly Diagnostic[];
  /** How the connection reaches its server, where that is not by defaults. */
  readonly connect?: ConnectSettings;
}

/**
 * Renders and authenticates an operation's request by the code that executes it, and sends nothing. A token that
 * would have to be fetched stands as `[token]`.
 */
export async function dryRunOperation(
  operation: OperationPlan,
  parameters: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
  options: CallOptions,
): Promise<DryRun> {
  const call = beginCall(operation, context, options);
  const report = new ReportWriter(call);
  try {
    const prepared = await prepareCall(call, parameters, false);
    report.rendered(prepared);
    const { request, scope, bound } = prepared;
    const { request: authenticated } = await context.strategy.authenticate(
      request,
      toAuthCall(call, scope, false),
    );
    return describe(authenticated, bound.diagnostics, context);
  } catch (error) {
    throw report.fail(error);
  }
}

function describe(
  request: HttpRequest,
  diagnostics: readonly Diagnostic[],
  { redactor, plan }: ExecutionContext,
): DryRun {
  const { method, url, headers, body } = request;
  return {
    method,
    url: redactor.redact(url),
    headers: headers.map(([name, value]) => [name, redactor.redact(value)] as const),
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' ? redactor.redact(body) : `[${body.length} bytes]` }),
    diagnostics: redactor.redactDeep(diagnostics) as readonly Diagnostic[],
    ...(plan.connect === undefined ? {} : { connect: plan.connect }),
  };
}
