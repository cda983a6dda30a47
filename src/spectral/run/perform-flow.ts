import { randomUUID } from 'node:crypto';
import { FerruleError } from '../../errors.ts';
import type { Redactor } from '../../index.ts';
import type { Unchecked } from '../clients/http/client-types.ts';
import type { Flow, IntegrationDefinition } from '../integration-definition.ts';
import { resolveConnections } from '../resolve/resolve-connections.ts';
import { resolveVariables } from '../resolve/resolve-variables.ts';
import { executeFlow } from './execute-flow.ts';
import { findFlow } from './find-flow.ts';
import { flowFailure } from './flow-failure.ts';
import { createFlowLog } from './flow-log.ts';
import type { FlowReport } from './flow-report.ts';
import { type PreparedConnection, prepareConnections, secretsOf } from './prepare-connections.ts';
import type { FlowRun, RunFlowOptions } from './run-flow.ts';

/** See `runFlow`. */
export async function performFlow(
  integration: IntegrationDefinition,
  flowName: string,
  options: RunFlowOptions,
): Promise<FlowRun> {
  const flow = findFlow(integration, flowName);
  const { connections, issues } = resolveConnections(integration, options);
  const resolved = resolveVariables(integration, options.config);
  assertComplete(integration, [...issues, ...resolved.issues]);
  const { createEngine, Redactor } = await import('../../index.ts');
  const redactor = new Redactor();
  const engine = options.engine ?? createEngine();
  try {
    const prepared = await prepareConnections(connections, engine, options.signal);
    for (const text of secretsOf(connections, prepared)) redactor.addText(text);
    const values = prepared.map(({ value }) => [value.configVarKey, value]);
    const configVars = { ...resolved.variables, ...Object.fromEntries(values) };
    const about = { integration, flow, diagnostics: resolved.diagnostics, prepared, redactor };
    return await run(about, configVars, options);
  } finally {
    if (options.engine === undefined) await engine.close();
  }
}

interface About {
  readonly integration: IntegrationDefinition;
  readonly flow: Flow<never>;
  readonly diagnostics: FlowReport['diagnostics'];
  readonly prepared: readonly PreparedConnection[];
  readonly redactor: Redactor;
}

async function run(about: About, configVars: object, options: RunFlowOptions): Promise<FlowRun> {
  const { integration, flow, diagnostics, prepared, redactor } = about;
  const { logger, entries } = createFlowLog(text => redactor.redact(text), options.onLog);
  const executionId = randomUUID();
  const started = Date.now();
  const startedAt = new Date(started).toISOString();
  const toReport = (ok: boolean): FlowReport => {
    const report: FlowReport = {
      ok,
      integration: integration.name,
      flow: flow.name,
      executionId,
      startedAt,
      durationMs: Date.now() - started,
      connections: prepared.map(each => each.report),
      diagnostics,
      logs: entries,
    };
    return redactor.redactDeep(report) as FlowReport;
  };
  const context = { ...options, logger, configVars, executionId, startedAt };
  try {
    const data: Unchecked = await executeFlow(integration, flow, options.params ?? {}, context);
    return { data, report: toReport(true) };
  } catch (error) {
    throw flowFailure(error, flow.name, toReport(false), redactor);
  }
}

function assertComplete({ name }: IntegrationDefinition, issues: FlowReport['diagnostics']): void {
  if (issues.length === 0) return;
  throw new FerruleError('CONFIG_INCOMPLETE', `The integration "${name}" cannot run with what was given`, {
    issues,
  });
}
