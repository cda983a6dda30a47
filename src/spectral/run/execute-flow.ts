import type { CodeNativeActionLogger, CustomerAttributes, UserAttributes } from '../action-context.ts';
import type { Unchecked } from '../clients/http/client-types.ts';
import type { Flow, FlowExecutionParams, IntegrationDefinition } from '../integration-definition.ts';
import type { Scope } from '../resolve/activations.ts';
import type { TriggerPayload } from '../trigger-definition.ts';
import { findFlow } from './find-flow.ts';
import { flowContext } from './flow-context.ts';

/** The parameters of a flow's code, as far as they matter; the rest is empty. */
export interface FlowParams {
  readonly onTrigger?: { readonly results: Partial<TriggerPayload> } | undefined;
}

/** What surrounds a run, for code that asks. */
export interface FlowSurroundings {
  readonly customerAttributes?: Partial<CustomerAttributes> | undefined;
  readonly userAttributes?: Partial<UserAttributes> | undefined;
  /** Functions that stand for actions of published components: `context.components`. */
  readonly componentActions?:
    | Record<string, Record<string, (values: Record<string, unknown>) => Promise<unknown>>>
    | undefined;
}

/** What is the same for a flow and the flows that it invokes. */
export interface FlowRunContext extends FlowSurroundings, Scope {
  readonly logger: CodeNativeActionLogger;
  readonly configVars: object;
  readonly executionId: string;
  readonly startedAt: string;
}

/** Runs the trigger of a flow, if it is code, and then the flow; gives its data. */
export async function executeFlow(
  integration: IntegrationDefinition,
  flow: Flow<never>,
  params: FlowParams,
  given: FlowRunContext,
): Promise<Unchecked> {
  const invokeFlow = async (name: string, values: Record<string, unknown> = {}) => {
    const body = { data: values, contentType: 'application/json' };
    const inner = { onTrigger: { results: { body, rawBody: body } } };
    return { data: await executeFlow(integration, findFlow(integration, name), inner, given) };
  };
  const context = { ...flowContext(integration, flow, given), invokeFlow };
  const payload = { ...emptyPayload(context), ...params.onTrigger?.results };
  const results = await trigger(flow, context, payload);
  const outcome = await flow.onExecution(context as never, { onTrigger: { results } } as FlowExecutionParams);
  return Object(outcome)['data'];
}

/** What the trigger makes of the payload; the payload itself where the trigger belongs to a component, or there is none. */
async function trigger(
  flow: Flow<never>,
  context: ReturnType<typeof flowContext>,
  payload: TriggerPayload,
): Promise<TriggerPayload> {
  const { onTrigger } = flow;
  if (typeof onTrigger !== 'function') return payload;
  let state: Record<string, unknown> = {};
  const polling = {
    getState: () => state,
    setState: (next: Record<string, unknown>) => {
      state = next;
    },
  };
  const triggered = await onTrigger({ ...context, polling } as never, payload, {});
  return (Object(triggered)['payload'] as TriggerPayload | undefined) ?? payload;
}

/** What starts a flow that nobody has sent anything to. */
function emptyPayload(context: ReturnType<typeof flowContext>): TriggerPayload {
  const { webhookUrls, webhookApiKeys, invokeUrl, executionId, customer, instance, user } = context;
  const { integration, flow, startedAt } = context;
  return {
    headers: {},
    queryParameters: {},
    rawBody: { data: null },
    body: { data: null },
    pathFragment: '',
    ...{ webhookUrls, webhookApiKeys, invokeUrl, executionId, customer, instance, user },
    ...{ integration, flow, startedAt },
    globalDebug: false,
  };
}
