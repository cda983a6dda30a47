import { joinPointer } from '../../base/json-pointer.ts';
import type { SamlAssertionDefinition } from '../../definition/auth/saml-assertion.ts';
import { defaults } from '../../definition/defaults.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { FieldPlan, TextPlan } from '../text-plan.ts';

/** A SAML assertion to be signed for each token request. */
export interface SamlAssertionPlan {
  readonly pointer: string;
  readonly key: TextPlan;
  readonly certificate: TextPlan | null;
  readonly issuer: TextPlan;
  readonly subject: TextPlan;
  readonly nameIdFormat: TextPlan;
  readonly audience: TextPlan | null;
  readonly recipient: TextPlan | null;
  readonly lifetimeSeconds: number;
  readonly attributes: readonly FieldPlan[];
}

/** SAML Core section 8.3.1. */
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';

export function compileSamlAssertion(
  definition: SamlAssertionDefinition,
  pointer: string,
  compiler: TemplateCompiler,
): SamlAssertionPlan {
  const text = (source: string, field: string) => compiler.text(source, 'text', `${pointer}/${field}`);
  const optional = (source: string | undefined, field: string) =>
    source === undefined ? null : text(source, field);
  const { attributes = {}, lifetimeSeconds, nameIdFormat = UNSPECIFIED } = definition;
  return {
    pointer,
    key: text(definition.key ?? '', 'key'),
    certificate: optional(definition.certificate, 'certificate'),
    issuer: text(definition.issuer, 'issuer'),
    subject: text(definition.subject, 'subject'),
    nameIdFormat: text(nameIdFormat, 'nameIdFormat'),
    audience: optional(definition.audience, 'audience'),
    recipient: optional(definition.recipient, 'recipient'),
    lifetimeSeconds: lifetimeSeconds ?? defaults.assertion.lifetimeSeconds,
    attributes: Object.entries(attributes).map(([name, source]) => ({
      name,
      text: compiler.text(source, 'text', joinPointer(pointer, 'attributes', name)),
    })),
  };
}
