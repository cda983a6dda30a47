import { defaults } from '../defaults.ts';
import { filledText, mapOf, oneOf } from '../schema-kit.ts';
import { valibot } from '../valibot.ts';
import { createPlacementsSchema, type PlacementDefinition } from './placement.ts';

/** A keyed hash over parts of the request, composed and placed as the author says. */
export interface HmacDefinition {
  readonly authType: 'hmac';
  readonly algorithm: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  readonly key: string | null;
  /** How the text of the key stands for its bytes. */
  readonly keyEncoding: 'utf8' | 'hex' | 'base64';
  /** What is signed: a template that also knows the parts of the request. */
  readonly message: string;
  /** How the rendered text of the message stands for its bytes. */
  readonly messageEncoding: 'utf8' | 'hex' | 'base64';
  /** Expressions over `request`, `parameters`, `secrets` and `values`; tags of message and placements by name. */
  readonly values: Readonly<Record<string, string>>;
  /** How the signature is written. */
  readonly encoding: 'hex' | 'base64' | 'base64url';
  readonly timestampFormat:
    | 'epoch_seconds'
    | 'epoch_milliseconds'
    | 'iso8601'
    | 'iso8601_basic'
    | 'http_date';
  readonly nonceFormat: 'uuid' | 'hex';
  /** What is sent; at least one holds `<<signature>>`. */
  readonly placements: readonly PlacementDefinition[];
}

export interface HmacInput {
  readonly algorithm?: HmacDefinition['algorithm'];
  readonly key: string | null;
  readonly keyEncoding?: HmacDefinition['keyEncoding'];
  readonly message: string;
  readonly messageEncoding?: HmacDefinition['messageEncoding'];
  readonly values?: HmacDefinition['values'];
  readonly encoding?: HmacDefinition['encoding'];
  readonly timestampFormat?: HmacDefinition['timestampFormat'];
  readonly nonceFormat?: HmacDefinition['nonceFormat'];
  readonly placements: readonly PlacementDefinition[];
}

export function createHmacFields() {
  const v = valibot();
  const { algorithm, keyEncoding, messageEncoding, encoding, timestampFormat, nonceFormat } = defaults.hmac;
  return {
    algorithm: v.exactOptional(oneOf(['sha1', 'sha256', 'sha384', 'sha512']), algorithm),
    key: v.nullable(filledText()),
    keyEncoding: v.exactOptional(oneOf(['utf8', 'hex', 'base64']), keyEncoding),
    message: filledText(),
    messageEncoding: v.exactOptional(oneOf(['utf8', 'hex', 'base64']), messageEncoding),
    values: v.exactOptional(mapOf(filledText()), {}),
    encoding: v.exactOptional(oneOf(['hex', 'base64', 'base64url']), encoding),
    timestampFormat: v.exactOptional(
      oneOf(['epoch_seconds', 'epoch_milliseconds', 'iso8601', 'iso8601_basic', 'http_date']),
      timestampFormat,
    ),
    nonceFormat: v.exactOptional(oneOf(['uuid', 'hex']), nonceFormat),
    placements: createPlacementsSchema(),
  };
}

export function toHmac(input: HmacInput): HmacDefinition {
  const { hmac } = defaults;
  return {
    authType: 'hmac',
    algorithm: input.algorithm ?? hmac.algorithm,
    key: input.key,
    keyEncoding: input.keyEncoding ?? hmac.keyEncoding,
    message: input.message,
    messageEncoding: input.messageEncoding ?? hmac.messageEncoding,
    values: input.values ?? {},
    encoding: input.encoding ?? hmac.encoding,
    timestampFormat: input.timestampFormat ?? hmac.timestampFormat,
    nonceFormat: input.nonceFormat ?? hmac.nonceFormat,
    placements: input.placements,
  };
}
