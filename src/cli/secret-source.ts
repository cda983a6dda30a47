import { FerruleError, type SecretProvider } from '../index.ts';
import { ask } from './ask.ts';

/**
 * Where the command takes secrets from that the definition leaves null: environment variables, then the person at
 * the terminal. Nothing here is ever written out, and neither are the arguments of `--secret-env`: whoever
 * mistakes the option may have typed the secret itself.
 */
export class SecretSource implements SecretProvider {
  readonly #given: ReadonlyMap<string, string>;
  readonly #mayAsk: boolean;
  readonly #answers = new Map<string, Promise<string>>();
  #lastQuestion: Promise<unknown> = Promise.resolve();

  constructor(given: ReadonlyMap<string, string>, mayAsk: boolean) {
    this.#given = given;
    this.#mayAsk = mayAsk;
  }

  getSecret({ name }: { readonly name: string }): string | undefined | Promise<string> {
    return this.#given.get(name) ?? (this.#mayAsk ? this.#ask(name) : undefined);
  }

  /** Each secret is asked for once, and one after the other: there is one keyboard. */
  #ask(name: string): Promise<string> {
    const known = this.#answers.get(name);
    if (known !== undefined) return known;
    const answer = this.#lastQuestion.then(() => ask(`Secret "${name}" (not shown)`, true));
    this.#lastQuestion = answer.catch(() => undefined);
    this.#answers.set(name, answer);
    return answer;
  }
}

/**
 * The secrets that `--secret-env NAME=VARIABLE` (or `NAME`, when both are the same) names, by name.
 * @throws FerruleError OPTIONS_INVALID for a secret that the definition does not have; SECRET_MISSING when the
 * variable is not set.
 */
export function readSecretOptions(
  options: readonly string[],
  declared: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  return new Map(options.map(option => readSecretOption(option, declared, environment)));
}

function readSecretOption(
  option: string,
  declared: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly [string, string] {
  // Names of variables hold no `=`, names of secrets may.
  const equals = option.lastIndexOf('=');
  const isWhole = equals === -1 || declared.includes(option);
  const name = isWhole ? option : option.slice(0, equals);
  if (!declared.includes(name)) {
    throw new FerruleError('OPTIONS_INVALID', 'A --secret-env names no secret of the definition', {
      expected: declared.length === 0 ? 'a definition with secrets' : `one of ${declared.join(', ')}`,
      hint: 'Write --secret-env NAME=VARIABLE with a name that stands under "secrets" in the definition.',
    });
  }
  const value = environment[isWhole ? option : option.slice(equals + 1)];
  if (value !== undefined && value !== '') return [name, value];
  throw new FerruleError('SECRET_MISSING', `The environment variable for the secret "${name}" is not set`, {
    pointer: `/secrets/${name}`,
    found: value === undefined ? 'no such variable' : 'an empty variable',
    hint: '--secret-env takes the name of an environment variable, not the secret itself. Export that variable first.',
  });
}
