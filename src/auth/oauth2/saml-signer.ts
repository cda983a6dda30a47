import { X509Certificate } from 'node:crypto';
import { fingerprint } from '../../base/fingerprint.ts';
import type { SamlAssertionPlan } from '../../compile/auth/saml-assertion.ts';
import type { RenderScope } from '../../compile/render-scope.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { type SigningParts, toPrivateKey } from './assertion.ts';
import { signSamlAssertion } from './saml-assertion.ts';

/** Makes the assertion of a plan, as XML. `tokenUrl` is audience and recipient unless the definition names others. */
export type SamlSigning = (plan: SamlAssertionPlan, scope: RenderScope, tokenUrl: string) => string;

/** Signs assertions: valid from now, each with an identifier of its own. */
export function createSamlSigning({ now, newId }: SigningParts): SamlSigning {
  return (plan, scope, tokenUrl) => {
    const issuedAtMs = now();
    const key = toPrivateKey(plan.key.render(scope), `${plan.pointer}/key`);
    if (key.asymmetricKeyType !== 'rsa') {
      throw new FerruleError('CREDENTIAL_INVALID', 'The key cannot sign RSA-SHA256', {
        pointer: `${plan.pointer}/key`,
        expected: 'a key of type rsa',
        found: `a key of type ${key.asymmetricKeyType}`,
      });
    }
    const assertion = {
      ...toContent(plan, scope, tokenUrl),
      id: `_${newId()}`,
      issuedAtMs,
      expiresAtMs: issuedAtMs + plan.lifetimeSeconds * 1000,
    };
    return signSamlAssertion(assertion, { key, certificate: toCertificate(plan, scope) });
  };
}

/** Stands in for signing where a token request is only named. */
export const nameSamlAssertion: SamlSigning = (plan, scope, tokenUrl) =>
  `<${fingerprint(plan.key.render(scope), JSON.stringify(toContent(plan, scope, tokenUrl)))}`;

function toContent(plan: SamlAssertionPlan, scope: RenderScope, tokenUrl: string) {
  return {
    issuer: plan.issuer.render(scope),
    subject: plan.subject.render(scope),
    nameIdFormat: plan.nameIdFormat.render(scope),
    audience: plan.audience?.render(scope) ?? tokenUrl,
    recipient: plan.recipient?.render(scope) ?? tokenUrl,
    attributes: plan.attributes
      .filter(({ text }) => !text.isAbsent(scope))
      .map(({ name, text }) => [name, text.render(scope)] as const),
  };
}

function toCertificate({ certificate, pointer }: SamlAssertionPlan, scope: RenderScope): string | undefined {
  const pem = certificate?.render(scope) ?? '';
  if (pem === '') return undefined;
  try {
    return new X509Certificate(pem.replaceAll('\\n', '\n')).raw.toString('base64');
  } catch (cause) {
    throw new FerruleError('CREDENTIAL_INVALID', 'The certificate of the assertion cannot be read', {
      pointer: `${pointer}/certificate`,
      expected: 'a certificate in PEM form',
      cause,
    });
  }
}
