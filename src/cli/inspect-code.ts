import { FerruleError } from '../index.ts';
import { type ConnectionInputProperty, connectionInputSchema } from '../spectral/index.ts';
import { type CodeFile, readCodeFile } from './code-file.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { toSafeJson, toSafeLine } from './safe-text.ts';
import { toTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Shows the connections and flows of a file of code, or the inputs of one connection. */
export async function inspectCode(
  file: string,
  name: string | undefined,
  json: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const code = await readCodeFile(file);
  const text = name === undefined ? showAll(code, json, terminal) : showInputs(code, name, json, terminal);
  await terminal.print(text);
  return exitCodes.ok;
}

function showAll({ connections, integrations }: CodeFile, json: boolean, terminal: Terminal): string {
  const rows = [...connections].map(([name, connection]) => ({
    name,
    kind: connection.oauth2Type ?? 'connection',
    inputs: connectionInputSchema(connection),
  }));
  const flows = integrations.flatMap(integration =>
    integration.flows.map(({ name, stableKey, description = '' }) => ({
      integration: integration.name,
      name,
      stableKey,
      description,
    })),
  );
  if (json) return toSafeJson({ connections: rows, flows }, 2);
  const tables = [
    withHead(
      ['Connection', 'Kind', 'Inputs (* required)'],
      rows.map(({ name, kind, inputs: { properties, required } }) => [
        name,
        kind,
        Object.keys(properties)
          .map(input => (required.includes(input) ? `${input}*` : input))
          .join(', '),
      ]),
      terminal,
    ),
    withHead(
      ['Flow', 'Integration', 'Description'],
      flows.map(({ name, integration, description }) => [name, integration, description]),
      terminal,
    ),
  ];
  return tables.filter(table => table !== '').join('\n\n');
}

function showInputs({ connections }: CodeFile, name: string, json: boolean, terminal: Terminal): string {
  const connection = connections.get(name);
  if (connection === undefined) {
    throw new FerruleError('OPERATION_UNKNOWN', 'The file has no such connection', {
      expected: [...connections.keys()].join(', '),
      found: name.slice(0, 100),
    });
  }
  const schema = connectionInputSchema(connection);
  if (json) return toSafeJson(schema, 2);
  const cells = Object.entries(schema.properties).map(([input, property]) => [
    input,
    property.format ?? property.type,
    schema.required.includes(input) ? 'yes' : 'no',
    property.enum?.join(', ') ?? '',
    describe(property),
  ]);
  return withHead(['Name', 'Type', 'Required', 'Allowed values', 'Description'], cells, terminal);
}

function describe(property: ConnectionInputProperty): string {
  const { title, description, default: fallback, templateValue, permissionAndVisibilityType } = property;
  return [
    description ?? title,
    fallback === undefined ? undefined : `default ${JSON.stringify(fallback)}`,
    templateValue === undefined ? undefined : `made of ${templateValue}`,
    property.shown === false ? 'hidden' : undefined,
    permissionAndVisibilityType === undefined ? undefined : `for the ${permissionAndVisibilityType}`,
  ]
    .filter(part => part !== undefined)
    .join('; ');
}

function withHead(
  head: readonly string[],
  cells: readonly (readonly string[])[],
  terminal: Terminal,
): string {
  if (cells.length === 0) return '';
  const [first = '', ...rest] = toTable([head, ...cells]);
  return [terminal.style('bold', toSafeLine(first)), ...rest].join('\n');
}
