import { createHash, type KeyObject, sign } from 'node:crypto';

/** What a SAML assertion says. */
export interface SamlAssertion {
  /** Unpredictable; a name of XML, so it begins with a letter or `_`. */
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly nameIdFormat: string;
  readonly audience: string;
  readonly recipient: string;
  /** Milliseconds since the Unix epoch. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

export interface SamlSigner {
  /** RSA. */
  readonly key: KeyObject;
  /** DER in base64, for servers that look for it in the signature. */
  readonly certificate: string | undefined;
}

const SAML = 'urn:oasis:names:tc:SAML:2.0';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const CANONICAL = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/**
 * A signed bearer assertion (SAML Core, RFC 7522 section 3, XML Signature with RSA-SHA256). The text is written in the
 * form that Exclusive XML Canonicalization would give it: name spaces where they are used, attributes in order, no
 * empty-element tags, nothing between elements. So what is hashed is what is sent, and no XML has to be parsed.
 */
export function signSamlAssertion(assertion: SamlAssertion, { key, certificate }: SamlSigner): string {
  const [head, rest] = write(assertion);
  const digest = createHash('sha256')
    .update(head + rest)
    .digest('base64');
  // Canonical by itself, SignedInfo declares the name space that it inherits where it is sent.
  const info = toSignedInfo(assertion.id, digest);
  const signed = info.replace('<ds:SignedInfo>', `<ds:SignedInfo xmlns:ds="${SIGNATURE}">`);
  const value = sign('sha256', Buffer.from(signed), key).toString('base64');
  const keyInfo =
    certificate === undefined
      ? ''
      : `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
  const signature = `<ds:Signature xmlns:ds="${SIGNATURE}">${info}<ds:SignatureValue>${value}</ds:SignatureValue>${keyInfo}</ds:Signature>`;
  return head + signature + rest;
}

/** The assertion up to where its signature stands, after the issuer (SAML Core section 2.3.3), and what follows. */
function write(assertion: SamlAssertion): readonly [string, string] {
  const { id, subject, nameIdFormat, audience, recipient, attributes } = assertion;
  const issuedAt = toInstant(assertion.issuedAtMs);
  const expiresAt = toInstant(assertion.expiresAtMs);
  const head =
    `<Assertion xmlns="${SAML}:assertion" ID="${toAttribute(id)}" IssueInstant="${issuedAt}" Version="2.0">` +
    `<Issuer>${toText(assertion.issuer)}</Issuer>`;
  const rest =
    `<Subject><NameID Format="${toAttribute(nameIdFormat)}">${toText(subject)}</NameID>` +
    `<SubjectConfirmation Method="${SAML}:cm:bearer">` +
    `<SubjectConfirmationData NotOnOrAfter="${expiresAt}" Recipient="${toAttribute(recipient)}"></SubjectConfirmationData>` +
    '</SubjectConfirmation></Subject>' +
    `<Conditions NotBefore="${issuedAt}" NotOnOrAfter="${expiresAt}">` +
    `<AudienceRestriction><Audience>${toText(audience)}</Audience></AudienceRestriction></Conditions>` +
    `<AuthnStatement AuthnInstant="${issuedAt}"><AuthnContext>` +
    `<AuthnContextClassRef>${SAML}:ac:classes:unspecified</AuthnContextClassRef></AuthnContext></AuthnStatement>` +
    `${writeAttributes(attributes)}</Assertion>`;
  return [head, rest];
}

function writeAttributes(attributes: SamlAssertion['attributes']): string {
  if (attributes.length === 0) return '';
  const written = attributes.map(
    ([name, value]) =>
      `<Attribute Name="${toAttribute(name)}"><AttributeValue>${toText(value)}</AttributeValue></Attribute>`,
  );
  return `<AttributeStatement>${written.join('')}</AttributeStatement>`;
}

function toSignedInfo(id: string, digest: string): string {
  const method = (name: string, algorithm: string) => `<ds:${name} Algorithm="${algorithm}"></ds:${name}>`;
  return (
    '<ds:SignedInfo>' +
    method('CanonicalizationMethod', CANONICAL) +
    method('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256') +
    `<ds:Reference URI="#${toAttribute(id)}"><ds:Transforms>` +
    method('Transform', `${SIGNATURE}enveloped-signature`) +
    method('Transform', CANONICAL) +
    '</ds:Transforms>' +
    method('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256') +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`
  );
}

/** Seconds are enough, and some servers take no fractions. */
function toInstant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Canonical XML section 2.3: text nodes. */
function toText(text: string): string {
  return text.replaceAll(/[&<>\r]/g, found => textEscapes[found] ?? found);
}

/** Canonical XML section 2.3: attribute values. */
function toAttribute(text: string): string {
  return text.replaceAll(/[&<"\t\n\r]/g, found => attributeEscapes[found] ?? found);
}

const textEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#xD;',
};
const attributeEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};
