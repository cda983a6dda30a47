import { joinPointer } from '../../base/json-pointer.ts';
import { noEntries, orNoItems } from '../../base/nothing.ts';
import type { ExpiryFormat, KeepDefinitions, TokenUseDefinition } from '../../definition/auth/token-use.ts';
import type { CompiledExpression } from '../../expression/expression.ts';
import type { TokenPlacement } from '../auth-plan.ts';
import type { KeptNames } from '../tag-meaning.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import { compilePlacement, type PlacementPlan } from './placement.ts';

/** How a fetched token is used, compiled: where it goes, how long it lives, what is kept with it, how it is rejected. */
export interface TokenUsePlan {
  /** JSON pointer of the auth definition. */
  readonly pointer: string;
  /** One header; used when there are no placements. */
  readonly header: TokenPlacement;
  /** Their values are templates that also know `<<token>>`. */
  readonly placements: readonly PlacementPlan[];
  /** Names of the secrets that go along with the token: the placements use them, or an expression puts them into it. */
  readonly secretNames: readonly string[];
  readonly expiry: ExpiryPlan;
  readonly keep: readonly KeepPlan[];
  readonly keepCookies: boolean;
  /** Every name that is kept once there is a token, those of earlier requests included. */
  readonly kept: KeptNames['known'];
  /** null: a status of 401. */
  readonly rejectedWhen: CompiledExpression | null;
  readonly replayWrites: boolean;
  readonly refreshTokenOutput: CompiledExpression | null;
  readonly strict: boolean;
}

export interface ExpiryPlan {
  /** JSON pointer, for messages. */
  readonly pointer: string;
  readonly format: ExpiryFormat;
  readonly value: CompiledExpression | null;
  readonly lifetimeSeconds: number | null;
  /** True: the definition says where the answer tells, so an answer that does not is an error. */
  readonly required: boolean;
}

/** A value kept of a token answer. `secret` undefined: a text is a secret unless it is a URL. */
export interface KeepPlan {
  readonly name: string;
  readonly pointer: string;
  readonly value: CompiledExpression;
  readonly secret: boolean | undefined;
}

export interface TokenUseSurroundings {
  readonly compiler: TemplateCompiler;
  readonly header: TokenPlacement;
  /** What the strategy's own fields say of expiry, for definitions without `expiry.value`. */
  readonly expiration?: {
    readonly source: string;
    readonly pointer: string;
    readonly format: ExpiryFormat;
    readonly required?: boolean;
  } | null;
  /** Names kept by earlier requests. */
  readonly kept?: ReadonlyMap<string, boolean>;
}

/** The name under which the cookies of token answers are kept. */
export const KEPT_COOKIES = 'cookies';

export function compileTokenUse(
  definition: TokenUseDefinition,
  pointer: string,
  surroundings: TokenUseSurroundings,
): TokenUsePlan {
  const { compiler, kept } = surroundings;
  const { rejectedWhen, refreshTokenOutput } = definition;
  const answers = compiler.withKept({ known: kept ?? new Map(), later: new Set() }).apart();
  const names = keptNamesOf(definition, kept);
  const placing = compiler
    .withKept(names)
    .withLocals(name => name === 'token', true)
    .apart();
  const placements = (definition.placements ?? []).map((placement, index) =>
    compilePlacement(placement, joinPointer(pointer, 'placements', index), placing),
  );
  const use = {
    pointer,
    header: surroundings.header,
    placements,
    expiry: compileExpiry(definition, pointer, answers, surroundings),
    keep: orNoItems(compileKeep(definition.keep ?? {}, `${pointer}/keep`, answers)),
    keepCookies: definition.keepCookies ?? false,
    kept: names.known,
    rejectedWhen:
      rejectedWhen === undefined ? null : compileAnswer(rejectedWhen, `${pointer}/rejectedWhen`, compiler),
    replayWrites: definition.replayWrites ?? false,
    refreshTokenOutput:
      refreshTokenOutput === undefined
        ? null
        : compileTokenExpression(refreshTokenOutput, `${pointer}/refreshTokenOutput`, answers),
    strict: definition.strict ?? false,
  };
  return { ...use, secretNames: orNoItems([...placing.secretsUsed, ...answers.secretsUsed]) };
}

/** What an expression made of secrets is no answer of a server alone: they go where the token goes. */
export function withSecretNames(use: TokenUsePlan, names: readonly string[]): TokenUsePlan {
  return names.length === 0 ? use : { ...use, secretNames: [...use.secretNames, ...names] };
}

/** What templates may read once there is a token: what earlier requests kept, and what the token answer brought. */
export function keptNamesOf(
  { keep = {}, keepCookies = false }: TokenUseDefinition,
  earlier: ReadonlyMap<string, boolean> = noEntries,
): KeptNames {
  const own = Object.entries(keep).map(([name, each]) => [name, isGuarded(each)] as const);
  const cookies = keepCookies ? [[KEPT_COOKIES, true] as const] : [];
  const known = own.length + cookies.length === 0 ? earlier : new Map([...earlier, ...cookies, ...own]);
  return { known, later: new Set() };
}

export function isGuarded(definition: KeepDefinitions[string]): boolean {
  return typeof definition === 'string' || definition.secret !== false;
}

export function compileKeep(
  definitions: KeepDefinitions,
  pointer: string,
  compiler: TemplateCompiler,
): readonly KeepPlan[] {
  return Object.entries(definitions).map(([name, definition]) => {
    const isText = typeof definition === 'string';
    const place = joinPointer(pointer, name, ...(isText ? [] : ['value']));
    compiler.assertNotSecret(name, joinPointer(pointer, name));
    return {
      name,
      pointer: place,
      value: compileTokenExpression(isText ? definition : definition.value, place, compiler),
      secret: isText ? undefined : definition.secret,
    };
  });
}

/** An expression over a token answer, which may also read parameters, secrets, computed and kept values by name. */
export function compileTokenExpression(
  source: string,
  pointer: string,
  compiler: TemplateCompiler,
): CompiledExpression {
  const expression = compiler.issues.attempt(pointer, () =>
    compiler.expression(source, { pointer, context: 'token' }),
  );
  if (expression?.references !== undefined) compiler.noteReferences(expression.references, pointer);
  return expression ?? neverCompiled;
}

function compileExpiry(
  definition: TokenUseDefinition,
  pointer: string,
  compiler: TemplateCompiler,
  { expiration }: TokenUseSurroundings,
): ExpiryPlan {
  const { expiry } = definition;
  const own =
    expiry?.value === undefined ? expiration : { source: expiry.value, pointer: `${pointer}/expiry/value` };
  return {
    pointer: own?.pointer ?? `${pointer}/expiry`,
    format: expiry?.format ?? (expiry?.value === undefined ? expiration?.format : undefined) ?? 'auto',
    value: own ? compileTokenExpression(own.source, own.pointer, compiler) : null,
    lifetimeSeconds: expiry?.lifetimeSeconds ?? null,
    required:
      expiry === undefined
        ? expiration?.required === true
        : (definition.strict ?? false) && own !== undefined,
  };
}

/** An expression over an answer of the API itself. */
function compileAnswer(source: string, pointer: string, compiler: TemplateCompiler): CompiledExpression {
  const compile = () => compiler.expression(source, { pointer, context: 'response' });
  return compiler.issues.attempt(pointer, compile) ?? neverCompiled;
}

/** Stands in for an expression that has an issue; the definition then never becomes a plan. */
const neverCompiled: CompiledExpression = {
  source: '',
  language: 'javascript',
  isAsync: false,
  evaluate: () => undefined,
};
