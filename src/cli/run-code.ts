import { FerruleError } from '../index.ts';
import { integrationVariables, runFlow } from '../spectral/index.ts';
import { readCodeFile } from './code-file.ts';
import { readValues, refuseOptions, toConfig, type ValueOptions } from './code-values.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { withInterruption } from './interruption.ts';
import { toSafeJson, toSafeText } from './safe-text.ts';
import type { Terminal } from './terminal.ts';

export interface RunCodeOptions extends ValueOptions {
  readonly json?: boolean;
}

/** Runs a flow of the integration in a file of code, and prints what it gives; its log goes to stderr. */
export async function runCode(
  file: string,
  flow: string,
  options: RunCodeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  refuseOptions(options, ['dryRun', 'curl', 'lenient', 'timeout']);
  const { integrations, components } = await readCodeFile(file);
  const integration =
    integrations.find(({ flows }) => flows.some(each => each.name === flow || each.stableKey === flow)) ??
    integrations[0];
  if (integration === undefined) {
    throw new FerruleError('OPTIONS_INVALID', `The file ${file} exports no integration, so it has no flows`, {
      expected: 'an export made by integration() of ferrule/spectral',
    });
  }
  const names = integrationVariables(integration).flatMap(({ name, variable }) => [name, variable.stableKey]);
  const config = toConfig(await readValues(options, process.env), names);
  const { data, report } = await withInterruption(terminal, signal =>
    runFlow(integration, flow, {
      config,
      components,
      signal,
      onLog: ({ level, message }) => terminal.note(toSafeText(`${level}: ${message}`)),
    }),
  );
  // A flow that gives nothing back prints null, so that there is one document whatever happens.
  await terminal.print(toSafeJson(options.json ? { data: data ?? null, report } : (data ?? null), 2));
  return exitCodes.ok;
}
