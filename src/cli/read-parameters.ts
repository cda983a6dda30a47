import { type ConnectionDefinition, FerruleError, locateJsonError } from '../index.ts';
import { readSource } from './read-source.ts';

export interface ParameterOptions {
  /** `name=value` for text, `name:=json` for anything else. */
  readonly param?: readonly string[];
  /** A JSON object of parameters; `-` is standard input. */
  readonly paramsFile?: string;
}

/**
 * The parameters of a command line. Those of `--param` win over those of the file.
 * @throws FerruleError OPTIONS_INVALID, or PARAMETER_INVALID for what should be JSON and is not.
 */
export async function readParameters(
  { param = [], paramsFile }: ParameterOptions,
  definitionFile: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (paramsFile === '-' && definitionFile === '-') {
    throw new FerruleError(
      'OPTIONS_INVALID',
      'Definition and parameters cannot both come from standard input',
      {
        hint: 'Put one of them into a file.',
      },
    );
  }
  const fromFile = paramsFile === undefined ? [] : await readParametersFile(paramsFile);
  // `fromEntries` defines fields instead of assigning them, so `__proto__` is a name like any other.
  return Object.fromEntries([...fromFile, ...param.map(readParameter)]);
}

/**
 * A secret given as a parameter would have been typed on the command line, where others can read it.
 * @throws FerruleError PARAMETER_UNKNOWN
 */
export function assertNoSecrets(
  parameters: Readonly<Record<string, unknown>>,
  { secrets }: Pick<ConnectionDefinition, 'secrets'>,
): void {
  const name = Object.keys(parameters).find(each => Object.hasOwn(secrets, each));
  if (name === undefined) return;
  throw new FerruleError('PARAMETER_UNKNOWN', `"${name}" is a secret of the definition, not a parameter`, {
    hint: 'Put it into an environment variable, and name that: --secret-env "Name=VARIABLE".',
  });
}

async function readParametersFile(file: string): Promise<readonly [string, unknown][]> {
  const source = file === '-' ? 'Standard input' : `The parameters file ${file}`;
  const parameters = parseJson(await readSource(file, 'parameters file'), source);
  if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)) {
    return Object.entries(parameters);
  }
  throw new FerruleError('PARAMETER_INVALID', `${source} does not hold parameters`, {
    expected: 'a JSON object with the name of each parameter and its value',
    found: Array.isArray(parameters) ? 'a list' : 'a single value',
  });
}

/** The first `=` ends the name; what is before it may hold spaces, brackets and stars as the definition writes them. */
function readParameter(text: string): readonly [string, unknown] {
  const equals = text.indexOf('=');
  if (equals < 1 || text.startsWith(':=')) {
    throw new FerruleError('OPTIONS_INVALID', 'A --param is not of the form name=value', {
      expected: 'name=value for text, or name:=json for numbers, truth values, lists and objects',
      hint: 'Put quotes around the whole of it when name or value hold spaces: --param "Full Name=Ada King".',
    });
  }
  const value = text.slice(equals + 1);
  if (text[equals - 1] !== ':') return [text.slice(0, equals), value];
  const name = text.slice(0, equals - 1);
  return [name, parseJson(value, `The value of --param "${name}"`)];
}

function parseJson(text: string, source: string): unknown {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return JSON.parse(json);
  } catch {
    // The engine's error is dropped because it quotes the text; the place it does not always name is looked up.
    const { line, column, expected, found } = locateJsonError(json) ?? { line: 1, column: 1 };
    throw new FerruleError(
      'PARAMETER_INVALID',
      `${source} stops being JSON at line ${line}, column ${column}`,
      {
        expected,
        found,
        hint: 'Correct the JSON; for plain text write name=value.',
      },
    );
  }
}
