import { FerruleError, type Issue } from '../../errors.ts';
import type { ConnectionInput as NativeConnection, OperationDefinition } from '../../index.ts';
import type { ApplyDefinition } from '../apply-definition.ts';
import type { ConnectionDefinition, OAuth2Config } from '../connection-definition.ts';
import { applyCredential } from './compile-apply.ts';
import { compileOAuth } from './compile-oauth.ts';
import { compileTokenRequest } from './compile-token-request.ts';
import { type Guess, guessApply } from './guess-apply.ts';
import { type InputFacts, inputFactsOf } from './input-facts.ts';
import { createNativeNames, type NativeNames, tokenMemberTag } from './native-names.ts';

export type Operations = NonNullable<NativeConnection['operations']>;

export interface CompileOptions {
  /** How the credential goes on a request; what the definition's own `apply` says when left out. */
  readonly apply?: ApplyDefinition | 'auto' | undefined;
  /** Operations of the compiled connection, in Ferrule's own form. */
  readonly operations?: Operations | readonly OperationDefinition[] | undefined;
  /** Whether a field has a value: `auto` guesses by it. Every input counts when left out. */
  readonly hasValue?: ((field: string) => boolean) | undefined;
}

/** A connection as Ferrule's own definition. It holds no values: fields are its parameters, passwords its secrets. */
export interface CompiledConnection {
  readonly key: string;
  readonly definition: NativeConnection;
  /** Inputs that are secrets of the definition. */
  readonly secrets: readonly string[];
  /** The other inputs that have a value of their own. */
  readonly parameters: readonly string[];
  /** Of both, those that need not have a value. */
  readonly optional: readonly string[];
  /** True when a token has to be fetched, or given by a person. */
  readonly fetchesToken: boolean;
  /** Parameters of the callback that requests need. */
  readonly callbackParameters: readonly string[];
  /** What `apply: "auto"` took the credential to be; undefined when it was declared. */
  readonly guess: Guess | undefined;
}

/** The name under which the whole token answer is kept, as JSON. */
export const TOKEN_ANSWER = 'token answer';

/** Stands for the base URL of a connection that has none: nothing is ever there (RFC 6761 section 6.4). */
const NO_BASE_URL = 'https://connection.invalid';

/** Names that can be written as a tag. */
const NAME = /^[\p{L}\p{N}_$][\p{L}\p{N}_$. -]*$/u;

/**
 * Compiles a connection as code to the definition of a Ferrule connection.
 * @throws FerruleError DEFINITION_INVALID with every problem at once
 */
export function compileConnection(
  definition: ConnectionDefinition,
  options: CompileOptions = {},
): CompiledConnection {
  const inputs = inputFactsOf(definition);
  const declared = options.apply ?? definition.apply;
  const { oauth2Type } = definition;
  const asked = declared === 'auto' ? undefined : declared;
  const isOAuth = oauth2Type === 'authorization_code' || oauth2Type === 'client_credentials';
  const fetchesToken = isOAuth || asked?.token?.url !== undefined;
  const hasValue = options.hasValue ?? (name => inputs.some(input => input.name === name));
  const guessed = declared === 'auto' ? guessApply(fetchesToken, hasValue) : undefined;
  const apply = asked ?? guessed?.apply ?? {};
  const names = createNativeNames(inputs, fetchesToken);
  const baseUrl = apply.baseUrl === undefined ? NO_BASE_URL : names.toNative(apply.baseUrl, '/apply/baseUrl');
  const config: OAuth2Config = ('oauth2Config' in definition ? definition.oauth2Config : undefined) ?? {};
  const tokenAuth = isOAuth
    ? compileOAuth({ oauth2Type, config, inputs, apply, names })
    : apply.token?.url === undefined
      ? undefined
      : compileTokenRequest(apply, apply.token.url, names);
  const { auth, headers, params } = applyCredential(apply, tokenAuth, names);
  const settings = { baseUrl, headers, params, auth: auth && withKept(auth, names, oauth2Type) };
  assertNoIssues([...namingIssues(inputs), ...names.issues, ...baseUrlIssues(apply, options)]);
  const own = inputs.filter(({ templateValue }) => templateValue === undefined);
  const secrets = own.filter(({ secret }) => secret).map(({ name }) => name);
  return {
    key: definition.key,
    definition: {
      name: definition.key,
      type: 'http',
      secrets: Object.fromEntries(secrets.map(name => [name, null])),
      config: {
        configType: 'http',
        templateTags: ['<<>>'],
        testPath: apply.testPath ?? null,
        ...settings,
      },
      operations: options.operations ?? [],
    } as NativeConnection,
    secrets,
    parameters: own.filter(({ secret }) => !secret).map(({ name }) => name),
    optional: own.filter(({ required }) => !required).map(({ name }) => name),
    fetchesToken,
    callbackParameters: [...names.callbackParameters],
    guess: guessed?.guess,
  };
}

/** The strategy with everything that runtime values and tags need of the token answer. */
function withKept(
  auth: Readonly<Record<string, unknown>>,
  { tokenMembers, callbackParameters }: NativeNames,
  oauth2Type: string | undefined,
): Readonly<Record<string, unknown>> {
  if (auth['placements'] === undefined) return auth;
  const members = [...tokenMembers].map(member => [
    tokenMemberTag(member),
    `body[${JSON.stringify(member)}]`,
  ]);
  const keep = {
    ...Object.fromEntries(members),
    [TOKEN_ANSWER]: { value: 'JSON.stringify(body)', secret: true },
  };
  const isCode = oauth2Type === 'authorization_code' && auth['grant'] === 'authorization_code';
  return { ...auth, keep, ...(isCode ? { keepCallback: [...callbackParameters] } : {}) };
}

function namingIssues(inputs: readonly InputFacts[]): readonly Issue[] {
  return inputs
    .filter(({ name }) => !NAME.test(name))
    .map(({ name }) => ({
      code: 'DEFINITION_WRONG_VALUE',
      pointer: `/inputs/${name}`,
      message: 'The input has a name that templates cannot have',
      expected: 'letters, digits, blanks and _ $ . -',
    }));
}

function baseUrlIssues({ baseUrl, testPath }: ApplyDefinition, { operations = [] }: CompileOptions) {
  if (baseUrl !== undefined || (operations.length === 0 && testPath === undefined)) return [];
  const issue: Issue = {
    code: 'DEFINITION_MISSING_FIELD',
    pointer: '/apply/baseUrl',
    message: 'The connection does not say where its API is',
    expected: 'a base URL, such as {{#endpoint}}',
  };
  return [issue];
}

function assertNoIssues(issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  throw new FerruleError('DEFINITION_INVALID', 'The connection cannot be compiled', { issues });
}
