import type { OperationPlan } from '../compile/operation-plan.ts';
import { beginCall, prepareCall } from './call.ts';
import type { CallOptions, ExecutionContext } from './execution-context.ts';
import type { ExecutionReport } from './execution-report.ts';
import { mapOutputs } from './map-outputs.ts';
import { readAnswer } from './read-answer.ts';
import { ReportWriter } from './report-writer.ts';
import { Sending } from './sending.ts';

/**
 * The one way through the house: render, authenticate, send, read, map, report.
 * A stage that is not on this page does not happen. What a stage has at hand is not awaited: that takes a turn too.
 */
export async function executeOperation(
  operation: OperationPlan,
  parameters: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
  options: CallOptions,
): Promise<ExecutionReport> {
  const call = beginCall(operation, context, options);
  const report = new ReportWriter(call);
  const event = context.events.begin(context.plan.name, operation.name);
  try {
    const preparing = prepareCall(call, parameters);
    const prepared = preparing instanceof Promise ? await preparing : preparing;
    report.rendered(prepared);
    const sending = new Sending(call, prepared, report, false);
    const settling = sending.settle(await sending.begin());
    const response = settling instanceof Promise ? await settling : settling;
    const reading = readAnswer(response);
    const answer = reading instanceof Promise ? await reading : reading;
    report.read(answer);
    const mapping = mapOutputs(operation.outputs, answer);
    const mapped = mapping instanceof Promise ? await mapping : mapping;
    const finished = report.finish(mapped);
    context.events.end(event, finished);
    return finished;
  } catch (error) {
    const failure = report.fail(error);
    context.events.fail(event, failure);
    throw failure;
  }
}
