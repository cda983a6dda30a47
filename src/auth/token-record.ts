import { SecretValue } from '../base/secret-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { Token } from './token.ts';
import type { ReauthReason, TokenRecord } from './token-store.ts';

/** The form of the text; a reader that does not know it says so. */
const FORMAT = 1;

type KeptEntry = readonly [name: string, kind: 'secret' | 'value', value: unknown];

/** Never `Infinity`, which JSON has no word for: null is a token without end. */
interface TokenText extends Omit<Token, 'value' | 'refreshToken' | 'kept' | 'expiresAtMs'> {
  readonly value: string;
  readonly refreshToken: string | null;
  readonly kept: readonly KeptEntry[];
  readonly expiresAtMs: number | null;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

interface RecordText {
  readonly format: number;
  readonly token: TokenText | null;
  readonly needsReauth: ReauthReason | null;
  readonly discardAtMs: number | null;
}

/**
 * A record as text, for adapters that write it somewhere. The text holds the token in clear: encrypt it before it
 * leaves the process.
 */
export function encodeTokenRecord({ token, needsReauth, discardAtMs }: TokenRecord): string {
  const text: RecordText = {
    format: FORMAT,
    token: token === undefined ? null : toTokenText(token),
    needsReauth: needsReauth ?? null,
    discardAtMs: discardAtMs ?? null,
  };
  return JSON.stringify(text);
}

/** The record that `encodeTokenRecord` wrote. Throws TOKEN_STORE_FAILED for any other text, without showing it. */
export function decodeTokenRecord(text: string): TokenRecord {
  const { token, needsReauth, discardAtMs } = parse(text);
  return {
    token: token === null ? undefined : fromTokenText(token),
    needsReauth: needsReauth === null ? undefined : needsReauth,
    discardAtMs: discardAtMs ?? undefined,
  };
}

function toTokenText({ value, obtainedAtMs, expiresAtMs, refreshToken, kept, parameters }: Token): TokenText {
  return {
    value: value.reveal(),
    obtainedAtMs,
    expiresAtMs: Number.isFinite(expiresAtMs) ? expiresAtMs : null,
    refreshToken: refreshToken?.reveal() ?? null,
    kept: [...(kept ?? [])].map(([name, each]): KeptEntry => {
      return each instanceof SecretValue ? [name, 'secret', each.reveal()] : [name, 'value', each];
    }),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

function fromTokenText({
  value,
  obtainedAtMs,
  expiresAtMs,
  refreshToken,
  kept,
  parameters,
}: TokenText): Token {
  const entries = kept.map(([name, kind, each]): [string, unknown] => {
    return [name, kind === 'secret' ? new SecretValue(String(each)) : each];
  });
  return {
    value: new SecretValue(value),
    obtainedAtMs,
    expiresAtMs: expiresAtMs ?? Infinity,
    ...(refreshToken === null ? {} : { refreshToken: new SecretValue(refreshToken) }),
    ...(entries.length === 0 ? {} : { kept: new Map(entries) }),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

/** Only the outside is judged: who can write into the store can do worse than write nonsense. */
function parse(text: string): RecordText {
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && Reflect.get(value, 'format') === FORMAT) {
    return value as RecordText;
  }
  throw new FerruleError('TOKEN_STORE_FAILED', 'The stored token cannot be read', {
    expected: 'a record written by this version of Ferrule',
    found: value === undefined ? 'text that is not JSON' : 'another form of record',
    retryable: false,
  });
}

/** Undefined for what is not JSON. The error of the parser would quote the text, so it goes no further. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
