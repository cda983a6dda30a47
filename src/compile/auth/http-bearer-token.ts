import { fingerprint } from '../../base/fingerprint.ts';
import type { TokenStepDefinition } from '../../definition/auth/token-requests.ts';
import type { HttpBearerTokenDefinition } from '../../definition/definition.ts';
import type { CompiledExpression } from '../../expression/expression.ts';
import type { TokenPlacement, TokenRequestPlan } from '../auth-plan.ts';
import type { AuthSurroundings } from '../compile-auth.ts';
import type { Parameter } from '../parameters.ts';
import type { Placed } from '../placed.ts';
import type { KeptNames } from '../tag-meaning.ts';
import { compileTokenRequest, type TokenExchangePlan } from './token-request.ts';
import {
  compileKeep,
  compileTokenExpression,
  compileTokenUse,
  isGuarded,
  KEPT_COOKIES,
  type KeepPlan,
  keptNamesOf,
  type TokenUsePlan,
  withSecretNames,
} from './token-use.ts';

export interface HttpBearerTokenPlan extends TokenRequestPlan {
  readonly authType: 'http_bearer_token';
  /** Sent one after the other before the token request. */
  readonly steps: readonly TokenStepPlan[];
  readonly exchange: TokenExchangePlan;
  readonly tokenOutput: CompiledExpression;
  readonly refresh: TokenRefreshPlan | null;
  readonly use: TokenUsePlan;
  readonly inputs: TokenInputs;
}

export interface TokenStepPlan {
  readonly exchange: TokenExchangePlan;
  readonly keep: readonly KeepPlan[];
  /** Names of the secrets in what it keeps. */
  readonly keptSecrets: readonly string[];
}

export interface TokenRefreshPlan {
  readonly exchange: TokenExchangePlan;
  readonly tokenOutput: CompiledExpression;
  readonly use: TokenUsePlan;
  /** False: the last token itself renews it, and there may be no refresh token at all. */
  readonly needsRefreshToken: boolean;
}

/** Everything a token is made of: names it where its requests cannot be rendered before others are answered. */
export interface TokenInputs {
  /** As the definition has it: requests without one of their own go there. */
  readonly baseUrl: string;
  readonly secretNames: readonly string[];
  readonly parameters: readonly Parameter[];
}

export function compileHttpBearerToken(
  { definition, pointer }: Placed<HttpBearerTokenDefinition>,
  header: TokenPlacement,
  surroundings: AuthSurroundings,
): HttpBearerTokenPlan {
  const { token, keepCookies = false } = definition;
  const { tokenOutput, expirationOutput, steps = [], refresh } = token;
  const tokenPointer = `${pointer}/token`;
  const stepPlans: TokenStepPlan[] = [];
  for (const [index, step] of steps.entries()) {
    const carried = stepPlans.flatMap(({ keptSecrets }) => keptSecrets);
    const plan = compileStep(step, index, definition, pointer, surroundings);
    stepPlans.push({ ...plan, exchange: withCarried(plan.exchange, carried) });
  }
  const keptSecrets = stepPlans.flatMap(plan => plan.keptSecrets);
  const kept = keptBefore(steps.length, steps, keepCookies);
  const compiler = surroundings.compiler.withKept({
    known: kept,
    later: new Set(Object.keys(definition.keep ?? {})),
  });
  const exchange = withCarried(compileTokenRequest(token, tokenPointer, compiler, surroundings), keptSecrets);
  const expiration = {
    pointer: `${tokenPointer}/expirationOutput`,
    format: 'seconds',
    required: true,
  } as const;
  const use = compileTokenUse(definition, pointer, {
    compiler,
    header,
    expiration: expirationOutput === undefined ? null : { ...expiration, source: expirationOutput },
    kept,
  });
  const outputs = compiler.apart();
  const output = compileTokenExpression(tokenOutput, `${tokenPointer}/tokenOutput`, outputs);
  const refreshPlan =
    refresh === undefined
      ? null
      : compileRefresh({ ...definition, token: { ...token, refresh } }, header, pointer, surroundings, kept);
  const parameters = surroundings.parameters.toList();
  return {
    authType: 'http_bearer_token',
    pointer,
    identity: fingerprint(JSON.stringify(definition)),
    steps: stepPlans,
    exchange,
    trust: exchange.trust,
    usesParameters: parameters.length > 0,
    tokenOutput: output,
    refresh: refreshPlan,
    use: withSecretNames(use, [
      ...outputs.secretsUsed,
      ...keptSecrets,
      ...(refreshPlan?.use.secretNames ?? []),
    ]),
    inputs: {
      baseUrl: surroundings.baseUrl.definition,
      secretNames: surroundings.compiler.secretsUsed,
      parameters,
    },
  };
}

function compileStep(
  step: TokenStepDefinition,
  index: number,
  { token: { steps = [] }, keep = {}, keepCookies = false }: HttpBearerTokenDefinition,
  pointer: string,
  { compiler, ...surroundings }: AuthSurroundings,
): TokenStepPlan {
  const known = keptBefore(index, steps, keepCookies);
  const later = [...Object.keys(keep), ...steps.slice(index).flatMap(other => Object.keys(other.keep))];
  const kept: KeptNames = { known, later: new Set(later.filter(name => !known.has(name))) };
  const place = `${pointer}/token/steps/${index}`;
  const own = compiler.withKept(kept);
  const keeping = own.apart();
  return {
    exchange: compileTokenRequest(step, place, own, { ...surroundings, compiler }),
    keep: compileKeep(step.keep, `${place}/keep`, keeping),
    keptSecrets: keeping.secretsUsed,
  };
}

/** The request uses what earlier steps kept, and with it the secrets that their expressions put into it. */
function withCarried(exchange: TokenExchangePlan, carried: readonly string[]): TokenExchangePlan {
  if (carried.length === 0) return exchange;
  const { request } = exchange;
  const { credentials } = request;
  const secrets = [...(credentials.secrets ?? []), ...carried];
  return { ...exchange, request: { ...request, credentials: { ...credentials, secrets } } };
}

/** The names kept by the first `count` steps. */
function keptBefore(
  count: number,
  steps: readonly TokenStepDefinition[],
  keepCookies: boolean,
): ReadonlyMap<string, boolean> {
  const own = steps.slice(0, count).flatMap(({ keep }) => Object.entries(keep));
  const names = own.map(([name, definition]) => [name, isGuarded(definition)] as const);
  return new Map(keepCookies && count > 0 ? [...names, [KEPT_COOKIES, true]] : names);
}

/** Renews by the last token: its refresh token, its value and what was kept with it are at hand. */
function compileRefresh(
  definition: HttpBearerTokenDefinition & {
    readonly token: Required<Pick<HttpBearerTokenDefinition['token'], 'refresh'>>;
  },
  header: TokenPlacement,
  pointer: string,
  surroundings: AuthSurroundings,
  earlier: ReadonlyMap<string, boolean>,
): TokenRefreshPlan {
  const { token } = definition;
  const { refresh } = token;
  const place = `${pointer}/token/refresh`;
  const kept = keptNamesOf(definition, earlier);
  let needsRefreshToken = false;
  const compiler = surroundings.compiler.withKept(kept).withLocals(name => {
    if (name === 'refresh_token') needsRefreshToken = true;
    return name === 'refresh_token' || name === 'token';
  }, true);
  const exchange = compileTokenRequest(refresh, place, compiler, surroundings);
  const ownOutput = refresh.tokenOutput !== undefined;
  const outputs = compiler.apart();
  const tokenOutput = compileTokenExpression(
    refresh.tokenOutput ?? token.tokenOutput,
    `${ownOutput ? place : `${pointer}/token`}/tokenOutput`,
    outputs,
  );
  const expirationPlace = refresh.expirationOutput === undefined ? `${pointer}/token` : place;
  const expiration = refresh.expirationOutput ?? token.expirationOutput;
  const use = compileTokenUse(definition, pointer, {
    compiler,
    header,
    expiration:
      expiration === undefined
        ? null
        : {
            source: expiration,
            pointer: `${expirationPlace}/expirationOutput`,
            format: 'seconds',
            required: true,
          },
    kept: kept.known,
  });
  // The last token and what came with it go into the request, and what comes of it into the next token.
  const carried = [...outputs.secretsUsed, ...use.secretNames];
  return {
    exchange: withCarried(exchange, carried),
    tokenOutput,
    use: withSecretNames(use, outputs.secretsUsed),
    needsRefreshToken,
  };
}
