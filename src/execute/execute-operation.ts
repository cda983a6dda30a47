import type { OperationPlan } from '../compile/operation-plan.ts';
import type { HttpResponse } from '../transport/transport.ts';
import {
  beginCall,
  type Call,
  type PreparedCall,
  prepareAgain,
  prepareCall,
  toAuthCall,
  toSendContext,
} from './call.ts';
import type { CallOptions, ExecutionContext } from './execution-context.ts';
import type { ExecutionReport } from './execution-report.ts';
import { mapOutputs } from './map-outputs.ts';
import { readAnswer } from './read-answer.ts';
import { judgeResponse, mayReplay } from './rejection.ts';
import { ReportWriter } from './report-writer.ts';

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
    const response = await sendAuthenticated(call, prepared, report, false);
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

/**
 * Authenticates and sends, up to the head of the answer. The only loop: a rejected credential is given up, renewed,
 * and the request sent once more if it may be repeated.
 */
export async function sendAuthenticated(
  call: Call,
  first: PreparedCall,
  report: ReportWriter,
  streaming: boolean,
): Promise<HttpResponse> {
  const { plan, strategy, transport } = call.context;
  let prepared = first;
  for (let replays = 0; ; replays++) {
    const { request, scope } = prepared;
    const authenticating = strategy.authenticate(request, toAuthCall(call, scope));
    let authenticated = authenticating instanceof Promise ? await authenticating : authenticating;
    // What is retried after a wait is authenticated anew: a token may have expired, and a nonce serves once.
    const renewRequest =
      plan.retry === null
        ? undefined
        : async () => {
            authenticated = await strategy.authenticate(request, toAuthCall(call, scope));
            return authenticated.request;
          };
    const { observer } = report;
    const sendContext = toSendContext(call, scope, { streaming, observer, renewRequest });
    report.authenticated(authenticated.token);
    const answer = await transport.send(authenticated.request, sendContext);
    report.answered(answer);
    const judging = judgeResponse(strategy, answer, streaming);
    const { response, isRejected } = judging instanceof Promise ? await judging : judging;
    if (!isRejected || strategy.onRejected === undefined) return response;
    if (replays > 0) return report.rejectedAgain(response);
    if (strategy.onRejected(authenticated, response) === false) return response;
    if (!mayReplay(strategy, request, response, call.options)) return response;
    response.body.cancel();
    prepared = await prepareAgain(call, prepared);
  }
}
