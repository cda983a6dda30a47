import {
  type Connection,
  type ConnectionDefinition,
  createEngine,
  parseConnection,
  proxyFromEnvironment,
} from '../index.ts';
import { readSource } from './read-source.ts';
import { readSecretOptions, SecretSource } from './secret-source.ts';
import type { Terminal } from './terminal.ts';

export interface OpenedConnection {
  readonly connection: Connection;
  /** What the file says, with defaults filled in. It may hold secrets: never print more of it than names and methods. */
  readonly definition: ConnectionDefinition;
  readonly secrets: SecretSource;
  /** The secrets that nobody has given yet. */
  readonly unknownSecrets: readonly string[];
}

/**
 * Reads and compiles the definition of a file, lends the connection to `use`, and closes its engine afterwards.
 * A secret of `--secret-env` wins over one that stands in the file.
 */
export async function withConnection<Result>(
  file: string,
  secretEnv: readonly string[],
  terminal: Terminal,
  use: (opened: OpenedConnection) => Promise<Result>,
): Promise<Result> {
  const text = await readSource(file, 'definition');
  const { definition } = parseConnection(text);
  const given = readSecretOptions(secretEnv, Object.keys(definition.secrets), process.env);
  const secrets = new SecretSource(given, terminal.isInteractive);
  const proxy = proxyFromEnvironment(process.env);
  const engine = createEngine({
    secretProvider: secrets,
    // The command line is the host program here, and its user's environment is the place for this.
    ...(proxy === undefined ? {} : { proxy }),
  });
  try {
    const connection = engine.connection(given.size === 0 ? text : withoutSecrets(text, given));
    const unknownSecrets = Object.entries(definition.secrets)
      .filter(([name, value]) => value === null && !given.has(name))
      .map(([name]) => name);
    return await use({ connection, definition, secrets, unknownSecrets });
  } finally {
    await engine.close();
  }
}

/** The document with the given secrets null, which makes the engine ask for them. It is known to be a definition. */
function withoutSecrets(text: string, given: ReadonlyMap<string, string>): string {
  const document = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as {
    secrets?: Record<string, string | null>;
  };
  const cleared = Object.fromEntries([...given.keys()].map(name => [name, null]));
  return JSON.stringify({ ...document, secrets: { ...document.secrets, ...cleared } });
}
