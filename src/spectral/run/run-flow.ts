import type { Engine } from '../../index.ts';
import type { Unchecked } from '../clients/http/client-types.ts';
import type { IntegrationDefinition } from '../integration-definition.ts';
import type { ResolveOptions } from '../resolve/resolve-connections.ts';
import type { FlowParams, FlowSurroundings } from './execute-flow.ts';
import type { LogEntry } from './flow-log.ts';
import type { FlowReport } from './flow-report.ts';

export interface RunFlowOptions extends ResolveOptions, FlowSurroundings {
  /** What the flow's code gets beside the context, such as `{ onTrigger: { results: { body: { data } } } }`. */
  readonly params?: FlowParams | undefined;
  /** Keeps tokens, and has people's authorizations; one of this run alone when left out. The host closes it. */
  readonly engine?: Engine | undefined;
  /** Told of what the flow logs, secrets masked, while it runs. */
  readonly onLog?: ((entry: LogEntry) => void) | undefined;
  /** For token requests; the flow's code is not stopped. */
  readonly signal?: AbortSignal | undefined;
}

export interface FlowRun {
  /** What the flow gives back as `data`. */
  readonly data: Unchecked;
  readonly report: FlowReport;
}

/**
 * Runs a flow of an integration as the platform would: its connections resolved and their tokens fresh, its trigger first if
 * that is code, then `onExecution`.
 * @throws FerruleError OPERATION_UNKNOWN; CONFIG_INCOMPLETE with everything that is missing at once; those of token requests;
 *   FLOW_FAILED with `report`, and with the flow's own error as cause unless that holds a secret
 */
export async function runFlow(
  integration: IntegrationDefinition,
  flowName: string,
  options: RunFlowOptions = {},
): Promise<FlowRun> {
  // Whoever only declares connections loads nothing of this.
  const { performFlow } = await import('./perform-flow.ts');
  return performFlow(integration, flowName, options);
}
