import { defaults } from '../defaults.ts';
import { filledText, oneOf } from '../schema-kit.ts';
import { valibot } from '../valibot.ts';

/** OAuth 1.0a (RFC 5849): requests signed for a client, and for a user when there is a token. */
export interface Oauth1Definition {
  readonly authType: 'oauth1';
  readonly consumerKey: string;
  readonly consumerSecret: string | null;
  readonly token: string | null;
  readonly tokenSecret: string | null;
  readonly signatureMethod: Oauth1SignatureMethod;
  /** PEM, for the RSA methods, which use neither of the secrets. */
  readonly privateKey: string | null;
  readonly realm: string | null;
  readonly in: 'header' | 'query';
  /** Sign a hash of bodies that are no form (the "OAuth Request Body Hash" extension). */
  readonly bodyHash: boolean;
}

type Oauth1SignatureMethod = (typeof OAUTH1_SIGNATURE_METHODS)[number];

const OAUTH1_SIGNATURE_METHODS = ['HMAC-SHA1', 'HMAC-SHA256', 'RSA-SHA1', 'RSA-SHA256', 'PLAINTEXT'] as const;

export interface Oauth1Input {
  readonly consumerKey: string;
  readonly consumerSecret?: string | null;
  readonly token?: string | null;
  readonly tokenSecret?: string | null;
  readonly signatureMethod?: Oauth1SignatureMethod;
  readonly privateKey?: string | null;
  readonly realm?: string | null;
  readonly in?: 'header' | 'query';
  readonly bodyHash?: boolean;
}

export function createOauth1Fields() {
  const v = valibot();
  const { signatureMethod, in: place, bodyHash } = defaults.oauth1;
  const nullableText = v.exactOptional(v.nullable(v.string()));
  return {
    consumerKey: filledText(),
    consumerSecret: nullableText,
    token: nullableText,
    tokenSecret: nullableText,
    signatureMethod: v.exactOptional(oneOf(OAUTH1_SIGNATURE_METHODS), signatureMethod),
    privateKey: nullableText,
    realm: nullableText,
    in: v.exactOptional(oneOf(['header', 'query']), place),
    bodyHash: v.exactOptional(v.boolean(), bodyHash),
  };
}

export function toOauth1(input: Oauth1Input): Oauth1Definition {
  const { oauth1 } = defaults;
  return {
    authType: 'oauth1',
    consumerKey: input.consumerKey,
    consumerSecret: input.consumerSecret ?? null,
    token: input.token ?? null,
    tokenSecret: input.tokenSecret ?? null,
    signatureMethod: input.signatureMethod ?? oauth1.signatureMethod,
    privateKey: input.privateKey ?? null,
    realm: input.realm ?? null,
    in: input.in ?? oauth1.in,
    bodyHash: input.bodyHash ?? oauth1.bodyHash,
  };
}
