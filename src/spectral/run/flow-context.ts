import type { ActionContext, CodeNativeActionLogger } from '../action-context.ts';
import type { UncheckedConfigVars } from '../config-pages.ts';
import type { Flow, IntegrationDefinition } from '../integration-definition.ts';
import type { FlowRunContext } from './execute-flow.ts';

/** What a flow's code gets as its context. Ids are those that the host gave, or empty; states begin empty. */
export function flowContext(
  integration: IntegrationDefinition,
  flow: Flow<never>,
  given: FlowRunContext,
): Omit<ActionContext<UncheckedConfigVars, CodeNativeActionLogger>, 'invokeFlow'> {
  const { logger, configVars, executionId, startedAt, customer = '', user = '' } = given;
  const stepName = flow.name;
  return {
    logger,
    configVars: configVars as UncheckedConfigVars,
    components: given.componentActions ?? {},
    instanceState: {},
    crossFlowState: {},
    executionState: {},
    integrationState: {},
    stepId: flow.stableKey,
    executionId,
    webhookUrls: {},
    webhookApiKeys: {},
    invokeUrl: '',
    customer: { id: customer, externalId: customer, name: customer, ...given.customerAttributes },
    instance: { id: '', name: '' },
    user: { id: user, externalId: user, email: '', name: user, ...given.userAttributes },
    integration: {
      id: '',
      name: integration.name,
      versionSequenceId: '',
      externalVersion: integration.version ?? '',
    },
    flow: { id: flow.stableKey, name: flow.name, stableId: flow.stableKey },
    startedAt,
    executionFrame: { executionId, executionStartedAt: startedAt, stepName, loopPath: '' },
    debug: {
      enabled: false,
      timeElapsed: { mark: nothing, measure: nothing },
      memoryUsage: nothing,
      results: {},
    },
    flowSchemas: { ...flow.schemas },
  };
}

function nothing(): void {}
