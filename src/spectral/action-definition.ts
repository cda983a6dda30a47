import type { ActionContext, ActionInputParameters, PersistedState } from './action-context.ts';
import type { Inputs } from './input-fields.ts';

/** Whether running an action is safe to try. */
export const PerformSafety = { SAFE: 'safe', NOT_ALLOWED: 'notAllowed' } as const;
export type PerformSafety = (typeof PerformSafety)[keyof typeof PerformSafety];

export interface ActionDisplayDefinition {
  label: string;
  description: string;
  directions?: string | undefined;
  important?: boolean | undefined;
}

/** State that a run leaves for the next one. */
export interface StateUpdates {
  instanceState?: PersistedState | undefined;
  crossFlowState?: PersistedState | undefined;
  executionState?: PersistedState | undefined;
  integrationState?: PersistedState | undefined;
}

/** What an action, or the run of a flow, gives back. */
export interface ActionPerformDataReturn<Value = unknown> extends StateUpdates {
  data: Value;
  contentType?: string | undefined;
  statusCode?: number | undefined;
  headers?: Record<string, string> | undefined;
  failed?: boolean | undefined;
  error?: Record<string, unknown> | undefined;
  /** Which way to go on, for actions that branch. */
  branch?: string | undefined;
}

export type ActionPerformReturn<Value = unknown> = ActionPerformDataReturn<Value> | undefined;

export type ActionPerformFunction<In = Inputs, Result = ActionPerformReturn> = (
  context: ActionContext,
  params: ActionInputParameters<In>,
) => Promise<Result>;

export interface ActionDefinition<In = Inputs, Result = ActionPerformReturn> {
  display: ActionDisplayDefinition;
  inputs: In;
  // A method, so that a list may hold actions of different inputs.
  perform(context: ActionContext, params: ActionInputParameters<In>): Promise<Result>;
  examplePerform?(context: ActionContext, params: ActionInputParameters<In>): Promise<Result>;
  performSafety?: PerformSafety | undefined;
  terminateExecution?: boolean | undefined;
  breakLoop?: boolean | undefined;
  allowsBranching?: boolean | undefined;
  staticBranchNames?: string[] | undefined;
  dynamicBranchInput?: string | undefined;
  examplePayload?: unknown;
  outputSchema?: unknown;
  /** Other keys are kept. */
  [key: string]: unknown;
}
