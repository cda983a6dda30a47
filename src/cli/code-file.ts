import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FerruleError } from '../index.ts';
import type { ComponentDefinition, ConnectionDefinition, IntegrationDefinition } from '../spectral/index.ts';

/** What a file of code exports, as far as a command can use it. */
export interface CodeFile {
  /** Connections by their name: the key, or the name of the variable that they stand in. Each once. */
  readonly connections: ReadonlyMap<string, ConnectionDefinition>;
  readonly integrations: readonly IntegrationDefinition[];
  readonly components: readonly ComponentDefinition[];
}

/** Whether a file is code and no JSON. */
export function isCodeFile(file: string): boolean {
  return /\.[cm]?[jt]s$/i.test(file);
}

/**
 * Runs a file and takes the connections, integrations and components among its exports. TypeScript is run by Node itself, so
 * it may have only what Node can strip.
 * @throws FerruleError OPTIONS_INVALID when it cannot be run, or exports none of them
 */
export async function readCodeFile(file: string): Promise<CodeFile> {
  const exported = await run(file);
  const { inlineConnections } = await import('../spectral/index.ts');
  const values = Object.entries(exported).filter(([, value]) => isObject(value));
  const integrations = values.map(([, value]) => value).filter(isIntegration);
  const components = values.map(([, value]) => value).filter(isComponent);
  const connections = new Map<string, ConnectionDefinition>();
  const add = (connection: ConnectionDefinition, name = connection.key) => {
    if (![...connections.values()].includes(connection)) connections.set(name, connection);
  };
  for (const [, value] of values) if (isConnection(value)) add(value);
  for (const { connections: own = [] } of components) for (const each of own) add(each);
  for (const each of integrations)
    for (const { name, connection } of inlineConnections(each)) add(connection, name);
  const unique = {
    connections,
    integrations: [...new Set(integrations)],
    components: [...new Set(components)],
  };
  if (connections.size > 0 || integrations.length > 0) return unique;
  throw new FerruleError('OPTIONS_INVALID', `The file ${file} exports nothing to work with`, {
    expected: 'an export made by connection(), component() or integration() of ferrule/spectral',
    found: Object.keys(exported).join(', ') || 'no exports',
  });
}

/** The connection of that name; without a name, the only one. @throws FerruleError OPTIONS_INVALID */
export function pickConnection(
  { connections }: CodeFile,
  name: string | undefined,
): readonly [name: string, connection: ConnectionDefinition] {
  const [only, ...others] = connections;
  if (name === undefined && only !== undefined && others.length === 0) return only;
  const found = name === undefined ? undefined : connections.get(name);
  if (name !== undefined && found !== undefined) return [name, found];
  throw new FerruleError(
    'OPTIONS_INVALID',
    name === undefined ? 'It must be said which connection is meant' : 'The file has no such connection',
    {
      expected: [...connections.keys()].join(', ') || 'a connection',
      ...(name === undefined ? {} : { found: name }),
    },
  );
}

async function run(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    const { found, hint } = existsSync(file)
      ? describeFailure(error)
      : { found: 'no such file', hint: 'Check the path: it is looked up from the current directory.' };
    throw new FerruleError('OPTIONS_INVALID', `The file ${file} cannot be run`, { found, hint });
  }
}

function describeFailure(error: unknown): { readonly found: string; readonly hint: string } {
  if (!(error instanceof Error))
    return { found: 'a failure', hint: 'Correct what it does when it is imported.' };
  const found = `${error.name}: ${error.message.split('\n')[0]}`;
  if ('code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    return { found, hint: 'Check that what the file imports is installed.' };
  }
  return error instanceof SyntaxError
    ? {
        found,
        hint: 'Correct it; TypeScript may have only types that Node can strip, so no enum and no namespace.',
      }
    : { found, hint: 'Correct what it does when it is imported.' };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isIntegration(value: unknown): value is IntegrationDefinition {
  return isObject(value) && typeof value['name'] === 'string' && Array.isArray(value['flows']);
}

function isComponent(value: unknown): value is ComponentDefinition {
  const isNamed = isObject(value) && typeof value['key'] === 'string' && isObject(value['display']);
  return isNamed && (Array.isArray(value['connections']) || isObject(value['actions']));
}

function isConnection(value: unknown): value is ConnectionDefinition {
  return isObject(value) && typeof value['key'] === 'string' && isObject(value['inputs']);
}
