import type { SignatureAlgorithm } from '../../base/json-web-token.ts';
import type { AssertionDefinition } from '../../definition/auth/assertion.ts';
import { defaults } from '../../definition/defaults.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { TextPlan } from '../text-plan.ts';

/** A JSON Web Token to be signed for each token request. */
export interface AssertionPlan {
  readonly pointer: string;
  readonly algorithm: SignatureAlgorithm;
  /** null: the client secret. */
  readonly key: TextPlan | null;
  readonly keyId: TextPlan | null;
  readonly certificate: TextPlan | null;
  readonly issuer: TextPlan | null;
  readonly subject: TextPlan | null;
  readonly audience: TextPlan | null;
  readonly lifetimeSeconds: number;
  /** Renders a JSON object. */
  readonly claims: TextPlan | null;
}

export function compileAssertion(
  definition: AssertionDefinition,
  pointer: string,
  algorithm: SignatureAlgorithm,
  compiler: TemplateCompiler,
): AssertionPlan {
  const text = (source: string | null | undefined, field: string) =>
    source === undefined || source === null ? null : compiler.text(source, 'text', `${pointer}/${field}`);
  const { claims, lifetimeSeconds } = definition;
  return {
    pointer,
    algorithm: definition.algorithm ?? algorithm,
    key: text(definition.key, 'key'),
    keyId: text(definition.keyId, 'keyId'),
    certificate: text(definition.certificate, 'certificate'),
    issuer: text(definition.issuer, 'issuer'),
    subject: text(definition.subject, 'subject'),
    audience: text(definition.audience, 'audience'),
    lifetimeSeconds: lifetimeSeconds ?? defaults.assertion.lifetimeSeconds,
    claims: claims === undefined ? null : compiler.jsonTree(claims, `${pointer}/claims`),
  };
}
