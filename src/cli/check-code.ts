import { FerruleError, type Issue } from '../index.ts';
import { type CodeFile, readCodeFile } from './code-file.ts';

/** What there is to say about the connections and integrations of a file of code. */
export interface CodeVerdict {
  readonly ok: boolean;
  readonly connections: readonly string[];
  readonly flows: readonly string[];
  readonly operations: readonly string[];
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
}

/** Compiles and lints every connection of a file, and validates its integrations. Pointers begin with the name. */
export async function judgeCode(file: string): Promise<CodeVerdict> {
  const { validate } = await import('../spectral/index.ts');
  const code = await readCodeFile(file);
  const issues = [...(await compileIssues(code)), ...code.integrations.flatMap(each => validate(each))];
  const flows = code.integrations.flatMap(each => each.flows.map(({ name }) => name));
  return {
    ok: issues.length === 0,
    connections: [...code.connections.keys()],
    flows,
    operations: flows,
    issues,
    warnings: await findings(code),
  };
}

/** Connections of integrations are judged with them. */
async function compileIssues({ connections, integrations }: CodeFile): Promise<readonly Issue[]> {
  const { compileConnection, inlineConnections } = await import('../spectral/index.ts');
  const inline = new Set(integrations.flatMap(each => inlineConnections(each).map(({ name }) => name)));
  return [...connections].flatMap(([name, connection]) => {
    if (inline.has(name)) return [];
    try {
      compileConnection(connection);
      return [];
    } catch (error) {
      if (!(error instanceof FerruleError)) throw error;
      return error.issues.map(issue => ({ ...issue, pointer: `/${name}${issue.pointer}` }));
    }
  });
}

async function findings({ connections }: CodeFile): Promise<readonly Issue[]> {
  const { lintConnection } = await import('../spectral/index.ts');
  return [...connections].flatMap(([name, connection]) => lintConnection(connection, `/${name}`));
}
