import { signatureAlgorithms } from '../../base/json-web-token.ts';
import { fields, filledText, mapOf, oneOf, wholeNumber } from '../schema-kit.ts';
import { valibot } from '../valibot.ts';

/**
 * A JSON Web Token that we sign: as a grant (RFC 7523 section 2.1) or to authenticate the client (section 2.2).
 * Texts are templates. `iat`, `exp` and `jti` are made when it is signed.
 */
export interface AssertionDefinition {
  readonly algorithm?: (typeof signatureAlgorithms)[number];
  /** PEM private key; for HS algorithms the shared secret. The client secret when left out and the algorithm is HS. */
  readonly key?: string | null;
  /** Sent as `kid`. */
  readonly keyId?: string;
  /** PEM; sent as `x5t#S256`, its SHA-256 thumbprint (RFC 7515 section 4.1.8). */
  readonly certificate?: string;
  /** The client id when left out. */
  readonly issuer?: string;
  /** To authenticate a client: the client id when left out. */
  readonly subject?: string;
  /** The token URL when left out. */
  readonly audience?: string;
  readonly lifetimeSeconds?: number;
  /** Further claims. One of the same name replaces Ferrule's own; null leaves it out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export function createAssertionSchema() {
  const v = valibot();
  const text = v.exactOptional(filledText());
  return fields({
    algorithm: v.exactOptional(oneOf(signatureAlgorithms)),
    key: v.exactOptional(v.nullable(filledText())),
    keyId: text,
    certificate: text,
    issuer: text,
    subject: text,
    audience: text,
    lifetimeSeconds: v.exactOptional(wholeNumber(1, 86_400)),
    claims: v.exactOptional(mapOf(v.unknown())),
  });
}
