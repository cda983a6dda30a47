import type { TrustPlan } from '../transport/trust/trust.ts';
import type { ApiKeyPlan } from './auth/api-key.ts';
import type { AwsSignatureV4Plan } from './auth/aws-signature-v4.ts';
import type { DigestPlan } from './auth/digest.ts';
import type { HmacPlan } from './auth/hmac.ts';
import type { HttpBearerTokenPlan } from './auth/http-bearer-token.ts';
import type { Oauth1Plan } from './auth/oauth1.ts';
import type { Oauth2Plan } from './auth/oauth2.ts';
import type { TextPlan } from './text-plan.ts';

/** How a connection proves who it is, compiled. Credentials are templates over secrets, never values. */
export type AuthPlan =
  | NoAuthPlan
  | BasicAuthPlan
  | RawBearerTokenPlan
  | HttpBearerTokenPlan
  | Oauth2Plan
  | ApiKeyPlan
  | AwsSignatureV4Plan
  | DigestPlan
  | HmacPlan
  | Oauth1Plan;

export interface NoAuthPlan {
  readonly authType: 'none';
}

export interface BasicAuthPlan {
  readonly authType: 'basic';
  /** JSON pointer of the auth definition. */
  readonly pointer: string;
  readonly username: TextPlan;
  readonly password: TextPlan;
}

export interface RawBearerTokenPlan {
  readonly authType: 'raw_bearer_token';
  readonly pointer: string;
  readonly token: TextPlan;
  readonly placement: TokenPlacement;
}

/** What plans with a token request have in common. */
export interface TokenRequestPlan {
  readonly pointer: string;
  /**
   * Names the definition of the token: what is asked for, and how the answer is read. A corrected definition then
   * means a new token, and two connections share one only if they would make the same of it.
   */
  readonly identity: string;
  /** Whom the token endpoint's certificate is judged by. */
  readonly trust: TrustPlan;
  /** True when the token request depends on the caller's parameters, not on secrets alone. */
  readonly usesParameters: boolean;
}

/** Which header carries a token, and what stands before it. */
export interface TokenPlacement {
  readonly header: string;
  readonly prefix: string;
}
