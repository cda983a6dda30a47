import { FerruleError } from '../index.ts';
import { type ResolvedConnection, resolveConnection } from '../spectral/index.ts';
import { pickConnection, readCodeFile } from './code-file.ts';
import { readValues, type ValueOptions } from './code-values.ts';

/** The connection of a file of code with the values of a command line: its fields by name, or `fields`, `token`, `context`. */
export async function connectionOfCode(
  file: string,
  name: string | undefined,
  options: ValueOptions,
): Promise<ResolvedConnection> {
  const [found, connection] = pickConnection(await readCodeFile(file), name);
  const given = Object.fromEntries(await readValues(options, process.env));
  const { fields, token, context, ...rest } = given;
  const isWhole = isRecord(fields);
  const { connection: resolved, issues } = resolveConnection(found, connection, {
    fields: isWhole ? { ...fields, ...rest } : given,
    ...(isWhole && isRecord(token) ? { token } : {}),
    ...(isWhole && isRecord(context) ? { context } : {}),
  });
  if (issues.length === 0) return resolved;
  throw new FerruleError(
    'CONFIG_INCOMPLETE',
    `The connection "${found}" cannot be used with what was given`,
    {
      issues,
      hint: 'Pass fields as --param "name=value", and secrets as --secret-env "name=VARIABLE".',
    },
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
