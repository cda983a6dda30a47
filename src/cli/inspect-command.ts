import type { InputSchema, OperationDefinition } from '../index.ts';
import { isCodeFile } from './code-file.ts';
import { describeAllowed, describeMeaning, describeType } from './describe-input.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type OpenedConnection, withConnection } from './open-connection.ts';
import { toSafeJson, toSafeLine } from './safe-text.ts';
import { toTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface InspectOptions {
  readonly json?: boolean;
}

/** Shows the inputs of an operation, or every operation when none is named. Nothing is sent. */
export function inspectDefinition(
  file: string,
  operation: string | undefined,
  { json = false }: InspectOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (isCodeFile(file)) {
    return import('./inspect-code.ts').then(({ inspectCode }) =>
      inspectCode(file, operation, json, terminal),
    );
  }
  return withConnection(file, [], terminal, async opened => {
    const text =
      operation === undefined
        ? showOperations(opened, json, terminal)
        : showInputs(opened, operation, json, terminal);
    await terminal.print(text);
    return exitCodes.ok;
  });
}

function showOperations({ connection, definition }: OpenedConnection, json: boolean, terminal: Terminal) {
  const rows = definition.operations.map(operation => ({
    ...summarise(operation),
    inputs: connection.inputs(operation.name),
  }));
  if (json) return toSafeJson(rows, 2);
  if (rows.length === 0) return `${toSafeLine(connection.name)} has no operations`;
  const cells = rows.map(({ name, method, path, streams, inputs }) => [
    name,
    method,
    streams ? `${path} (streams)` : path,
    listInputs(inputs),
  ]);
  return withHead(['Operation', 'Method', 'Path', 'Inputs (* required)'], cells, terminal);
}

function showInputs(
  { connection, definition }: OpenedConnection,
  name: string,
  json: boolean,
  terminal: Terminal,
): string {
  const schema = connection.inputs(name);
  if (json) return toSafeJson(schema, 2);
  const operation = definition.operations.find(candidate => candidate.name === name);
  const head = operation === undefined ? [] : [describeOperation(operation, terminal), ''];
  const cells = Object.entries(schema.properties).map(([input, property]) => [
    input,
    describeType(property),
    schema.required.includes(input) ? 'yes' : 'no',
    describeAllowed(property),
    describeMeaning(property),
  ]);
  const inputs =
    cells.length === 0
      ? 'The operation takes no inputs'
      : withHead(['Name', 'Type', 'Required', 'Allowed values', 'Description'], cells, terminal);
  return [...head, inputs].join('\n');
}

function summarise({ name, config }: OperationDefinition) {
  return { name, method: config.method, path: config.path, streams: config.streamResponse };
}

function describeOperation(operation: OperationDefinition, terminal: Terminal): string {
  const { name, method, path, streams } = summarise(operation);
  const title = terminal.style('bold', toSafeLine(name));
  return `${title}  ${method} ${toSafeLine(path)}${streams ? ' (streams)' : ''}`;
}

function listInputs({ properties, required }: InputSchema): string {
  return Object.keys(properties)
    .map(name => (required.includes(name) ? `${name}*` : name))
    .join(', ');
}

function withHead(
  head: readonly string[],
  cells: readonly (readonly string[])[],
  terminal: Terminal,
): string {
  const [first = '', ...rest] = toTable([head, ...cells]);
  return [terminal.style('bold', first), ...rest].join('\n');
}
