import { FerruleError } from '../index.ts';
import { type ParameterOptions, readParameters } from './read-parameters.ts';

export interface ValueOptions extends ParameterOptions {
  readonly secretEnv?: readonly string[];
}

/**
 * The values that a command line gives to a connection or an integration as code: `--param`, `--params-file` and, for what
 * nobody should see, `--secret-env`, which wins.
 */
export async function readValues(
  options: ValueOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlyMap<string, unknown>> {
  const parameters = Object.entries(await readParameters(options, ''));
  const secrets = (options.secretEnv ?? []).map(option => readSecret(option, environment));
  return new Map([...parameters, ...secrets]);
}

/**
 * Options that code has no use for are refused instead of being ignored.
 * @throws FerruleError OPTIONS_INVALID
 */
export function refuseOptions(options: object, names: readonly string[]): void {
  const given = names.filter(name => Reflect.get(options, name) !== undefined);
  if (given.length === 0) return;
  const flags = given.map(name => `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`);
  throw new FerruleError('OPTIONS_INVALID', `${flags.join(', ')} cannot be used with connections as code`, {
    hint: 'Leave it out.',
  });
}

/** `NAME=VARIABLE`, or `NAME` where both are the same. What is refused is not repeated: it may be the secret itself. */
function readSecret(
  option: string,
  environment: Readonly<Record<string, string | undefined>>,
): readonly [string, string] {
  // Names of variables hold no `=`, names of fields may.
  const equals = option.lastIndexOf('=');
  const name = equals === -1 ? option : option.slice(0, equals);
  const value = environment[equals === -1 ? option : option.slice(equals + 1)];
  if (name !== '' && value !== undefined && value !== '') return [name, value];
  throw new FerruleError('SECRET_MISSING', 'The environment variable of a --secret-env is not set', {
    expected: 'NAME=VARIABLE, with the name of a field and of a variable that is set',
  });
}

/**
 * Values by `Variable.field` put together as the configuration of an integration: `Acme Connection.apiKey` is the field
 * `apiKey` of the connection `Acme Connection`. Everything else is a variable, or a connection as a whole.
 */
export function toConfig(
  values: ReadonlyMap<string, unknown>,
  connectionNames: readonly string[],
): Readonly<Record<string, unknown>> {
  const whole = [...values].filter(([name]) => ownerOf(name, connectionNames) === undefined);
  const config = new Map<string, unknown>(whole);
  for (const [name, value] of values) {
    const owner = ownerOf(name, connectionNames);
    if (owner === undefined) continue;
    const given: Readonly<Record<string, unknown>> = Object(config.get(owner));
    const fields = { ...Object(given['fields']), [name.slice(owner.length + 1)]: value };
    config.set(owner, { ...given, fields });
  }
  return Object.fromEntries(config);
}

function ownerOf(name: string, connectionNames: readonly string[]): string | undefined {
  return connectionNames.find(each => name.startsWith(`${each}.`));
}
