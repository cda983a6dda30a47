import type {
  ActionContext,
  ActionInputParameters,
  CustomerAttributes,
  FlowAttributes,
  InstanceAttributes,
  IntegrationAttributes,
  UserAttributes,
} from './action-context.ts';
import type { ActionDisplayDefinition, StateUpdates } from './action-definition.ts';
import type { Inputs } from './input-fields.ts';

/** What a trigger says about schedules and about answering at once. */
export const TriggerOptionChoices: readonly string[] = ['invalid', 'valid', 'required'];

/** What a trigger answers to whoever called its URL. */
export interface HttpResponse {
  statusCode: number;
  contentType: string;
  headers?: Record<string, string> | undefined;
  body?: string | undefined;
}

/** What started a flow: the request to its URL, or an empty one when a schedule did. */
export interface TriggerPayload<State extends object = Record<string, unknown>> {
  headers: Record<string, string>;
  queryParameters: Record<string, string>;
  rawBody: { data: unknown; contentType?: string };
  body: { data: unknown; contentType?: string };
  pathFragment: string;
  webhookUrls: Record<string, string>;
  webhookApiKeys: Record<string, string[]>;
  invokeUrl: string;
  executionId: string;
  customer: CustomerAttributes;
  instance: InstanceAttributes;
  user: UserAttributes;
  integration: IntegrationAttributes;
  flow: FlowAttributes;
  startedAt: string;
  globalDebug: boolean;
  paginationState?: State;
}

export interface TriggerBaseResult<Payload = TriggerPayload> extends StateUpdates {
  payload: Payload;
  response?: HttpResponse | undefined;
  failed?: boolean | undefined;
  error?: Record<string, unknown> | undefined;
  polledNoChanges?: boolean | undefined;
  branch?: string | undefined;
}

export type TriggerResult<Payload = TriggerPayload> = TriggerBaseResult<Payload> | undefined;

export interface PollingState {
  getState(): Record<string, unknown>;
  setState(state: Record<string, unknown>): void;
}

/** Called when an instance comes and goes. */
export type TriggerEventFunction<In = Inputs, Variables extends object = object> = (
  context: ActionContext<Variables>,
  params: ActionInputParameters<In>,
) => Promise<StateUpdates | undefined> | Promise<void>;

/** Called when the URL of a trigger comes and goes. */
export interface WebhookLifecycleHandlers<In = Inputs, Variables extends object = object> {
  create: TriggerEventFunction<In, Variables>;
  delete: TriggerEventFunction<In, Variables>;
}

export interface BatchConfig {
  batchSize: number;
  concurrentBatchLimit?: number | undefined;
}

/** How the items of a batch are found in what a trigger gave. Methods, so that each may say what its items are. */
export interface TriggerResolver {
  resolveItems?(context: ActionContext, result: TriggerBaseResult): unknown[];
  getNextPaginationState?(context: ActionContext, result: TriggerBaseResult): object | null;
}

/** What triggers of all kinds may say; keys that are not listed are kept. */
interface BaseTriggerDefinition<In> {
  display: ActionDisplayDefinition;
  triggerResolverSupport?: string | undefined;
  triggerResolver?: TriggerResolver | undefined;
  batchConfig?: BatchConfig | undefined;
  allowsBranching?: boolean | undefined;
  examplePayload?: unknown;
  onInstanceDeploy?: TriggerEventFunction<In> | undefined;
  onInstanceDelete?: TriggerEventFunction<In> | undefined;
  webhookLifecycleHandlers?: WebhookLifecycleHandlers<In> | undefined;
  [key: string]: unknown;
}

export interface TriggerDefinition<In = Inputs, Result = TriggerResult> extends BaseTriggerDefinition<In> {
  inputs: In;
  // A method, so that a list may hold triggers of different inputs.
  perform(
    context: ActionContext,
    payload: TriggerPayload,
    params: ActionInputParameters<In>,
  ): Promise<Result>;
  onDeployPerform?(
    context: ActionContext,
    payload: TriggerPayload,
    params: ActionInputParameters<In>,
  ): Promise<TriggerResult>;
  scheduleSupport?: string | undefined;
  synchronousResponseSupport?: string | undefined;
  staticBranchNames?: string[] | undefined;
  dynamicBranchInput?: string | undefined;
}

export interface PollingTriggerDefinition<In = Inputs, Result = TriggerResult>
  extends BaseTriggerDefinition<In> {
  triggerType?: 'polling' | undefined;
  inputs?: In | undefined;
  pollAction?: object | undefined;
  perform(
    context: ActionContext & { polling: PollingState & { invokeAction(params: object): Promise<unknown> } },
    payload: TriggerPayload,
    params: ActionInputParameters<In>,
  ): Promise<Result>;
}

/** What a trigger of a flow found, to be handed on in batches. */
export interface BatchTriggerReturn<Item, State extends object = Record<string, unknown>> {
  items: Item[];
  paginationState?: State | null | undefined;
  response?: HttpResponse | undefined;
  polledNoChanges?: boolean | undefined;
}

/** A trigger of a flow that gives its findings in batches. */
export interface BatchTrigger<Item = unknown, State extends object = Record<string, unknown>> {
  onTrigger(
    context: ActionContext & { polling: PollingState },
    payload: TriggerPayload<State>,
  ): Promise<BatchTriggerReturn<Item, State>>;
  onDeploy?(
    context: ActionContext & { polling: PollingState },
    payload: TriggerPayload<State>,
  ): Promise<BatchTriggerReturn<Item, State>>;
}
