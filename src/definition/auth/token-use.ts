import { fields, filledText, isObject, judgedBy, mapOf, oneOf, refusal } from '../schema-kit.ts';
import { valibot } from '../valibot.ts';
import { createPlacementsSchema, type PlacementDefinition } from './placement.ts';

/** What every strategy that fetches a token may say about how the token is used, how long, and what is kept with it. */
export interface TokenUseDefinition {
  /** Where the token goes, templates over `<<token>>`; one header made of `header` and `prefix` when left out. */
  readonly placements?: readonly PlacementDefinition[];
  readonly expiry?: ExpiryDefinition;
  /** Expressions over the token answer; each name is a tag for every template of the connection. */
  readonly keep?: KeepDefinitions;
  /** True sends the cookies of the token answer with every request. */
  readonly keepCookies?: boolean;
  /** An expression that is true for an answer that rejects the token; `statusCode === 401` when left out. */
  readonly rejectedWhen?: string;
  /** True lets writes be sent once more when `rejectedWhen` found another status than 401. */
  readonly replayWrites?: boolean;
  /** An expression over the token answer. */
  readonly refreshTokenOutput?: string;
  /** True takes answers only as standards have them; see docs/authentication. */
  readonly strict?: boolean;
}

export type KeepDefinitions = Readonly<Record<string, KeepDefinition>>;

/** Texts are masked in reports unless they are URLs, or `secret` is false. */
export type KeepDefinition = string | { readonly value: string; readonly secret?: boolean };

export const EXPIRY_FORMATS = [
  'auto',
  'seconds',
  'milliseconds',
  'epoch_seconds',
  'epoch_milliseconds',
  'date',
  'duration',
  'jwt',
  'never',
] as const;

export type ExpiryFormat = (typeof EXPIRY_FORMATS)[number];

export interface ExpiryDefinition {
  /** `auto` when left out. */
  readonly format?: ExpiryFormat;
  /** An expression over the token answer; `expirationOutput`, or the token itself for `jwt`, when left out. */
  readonly value?: string;
  /** When the answer does not say. */
  readonly lifetimeSeconds?: number;
}

export function createTokenUseFields() {
  const v = valibot();
  const text = v.exactOptional(filledText());
  const flag = v.exactOptional(v.boolean());
  return {
    placements: v.exactOptional(createPlacementsSchema()),
    expiry: v.exactOptional(
      fields({
        format: v.exactOptional(oneOf(EXPIRY_FORMATS)),
        value: text,
        lifetimeSeconds: v.exactOptional(v.pipe(v.number(), v.minValue(1))),
      }),
    ),
    keep: v.exactOptional(createKeepSchema()),
    keepCookies: flag,
    rejectedWhen: text,
    replayWrites: flag,
    refreshTokenOutput: text,
    strict: flag,
  };
}

export function createKeepSchema() {
  const v = valibot();
  const expression = filledText();
  const guarded = fields({ value: filledText(), secret: v.exactOptional(v.boolean()) });
  return mapOf(
    judgedBy(v.union([expression, guarded]), input => {
      if (isObject(input)) return guarded;
      return typeof input === 'string' ? expression : refusal('wrong_type', 'an expression');
    }),
  );
}

/** The fields of token use among those of a strategy, left out where the author left them out. */
export function toTokenUse({
  placements,
  expiry,
  keep,
  keepCookies,
  rejectedWhen,
  replayWrites,
  refreshTokenOutput,
  strict,
}: TokenUseDefinition): TokenUseDefinition {
  return {
    ...(placements === undefined ? {} : { placements }),
    ...(expiry === undefined ? {} : { expiry }),
    ...(keep === undefined ? {} : { keep }),
    ...(keepCookies === undefined ? {} : { keepCookies }),
    ...(rejectedWhen === undefined ? {} : { rejectedWhen }),
    ...(replayWrites === undefined ? {} : { replayWrites }),
    ...(refreshTokenOutput === undefined ? {} : { refreshTokenOutput }),
    ...(strict === undefined ? {} : { strict }),
  };
}
