import { fields, filledText, mapOf, wholeNumber } from '../schema-kit.ts';
import { valibot } from '../valibot.ts';

/** A SAML 2.0 assertion that we sign (RFC 7522 section 3). Texts are templates. */
export interface SamlAssertionDefinition {
  /** PEM of an RSA private key. */
  readonly key: string | null;
  /** PEM; goes into the signature, for servers that look for it there. */
  readonly certificate?: string;
  readonly issuer: string;
  /** The name identifier of the person. */
  readonly subject: string;
  /** `urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified` when left out. */
  readonly nameIdFormat?: string;
  /** The token URL when left out. */
  readonly audience?: string;
  /** The token URL when left out. */
  readonly recipient?: string;
  readonly lifetimeSeconds?: number;
  /** Texts by name. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export function createSamlAssertionSchema() {
  const v = valibot();
  const text = v.exactOptional(filledText());
  return fields({
    key: v.nullable(filledText()),
    certificate: text,
    issuer: filledText(),
    subject: filledText(),
    nameIdFormat: text,
    audience: text,
    recipient: text,
    lifetimeSeconds: v.exactOptional(wholeNumber(1, 86_400)),
    attributes: v.exactOptional(mapOf(v.string())),
  });
}
