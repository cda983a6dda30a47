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

export interface TriggerDefinition<In = Inputs, Result = TriggerResult> {
  display: ActionDisplayDefinition;
  inputs: In;
  // A method, so that a list may hold triggers of different inputs.
  perform(
    context: ActionContext,
    payload: TriggerPayload,
    params: ActionInputParameters<In>,
  ): Promise<Result>;
  scheduleSupport?: string | undefined;
  synchronousResponseSupport?: string | undefined;
  allowsBranching?: boolean | undefined;
  staticBranchNames?: string[] | undefined;
  dynamicBranchInput?: string | undefined;
  examplePayload?: unknown;
  onInstanceDeploy?(
    context: ActionContext,
    params: ActionInputParameters<In>,
  ): Promise<StateUpdates | undefined> | Promise<void>;
  onInstanceDelete?(
    context: ActionContext,
    params: ActionInputParameters<In>,
  ): Promise<StateUpdates | undefined> | Promise<void>;
}

export interface PollingTriggerDefinition<In = Inputs, Result = TriggerResult> {
  triggerType?: 'polling' | undefined;
  display: ActionDisplayDefinition;
  inputs?: In | undefined;
  pollAction?: object | undefined;
  perform(
    context: ActionContext & { polling: PollingState & { invokeAction(params: object): Promise<unknown> } },
    payload: TriggerPayload,
    params: ActionInputParameters<In>,
  ): Promise<Result>;
}
