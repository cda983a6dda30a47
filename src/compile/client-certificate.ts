import type { ClientCertificateDefinition } from '../definition/definition.ts';
import type { ClientCertificate, TrustPlan } from '../transport/trust/trust.ts';
import type { TemplateCompiler } from './template-compiler.ts';
import type { TextPlan } from './text-plan.ts';

/** A certificate to be shown, as templates over secrets: the private key is one. */
export interface ClientCertificatePlan {
  /** JSON pointer of the certificate in the definition. */
  readonly pointer: string;
  readonly parts: readonly CertificatePart[];
  /** Names of the secrets it is made of. */
  readonly secretNames: readonly string[];
  /** The trust together with a rendered certificate. Throws CERTIFICATE_INVALID. */
  readonly createTrust: (client: ClientCertificate, nowMs: number) => TrustPlan;
}

type CertificatePart = readonly [name: keyof ClientCertificate, text: TextPlan];

const NAMES = ['cert', 'key', 'pkcs12', 'passphrase'] as const;

/** What is given of a certificate, in the order of NAMES. */
export function compileCertificateParts(
  definition: ClientCertificateDefinition,
  pointer: string,
  whole: TemplateCompiler,
): Pick<ClientCertificatePlan, 'pointer' | 'parts' | 'secretNames'> {
  const compiler = whole.apart();
  const parts = NAMES.flatMap(name => {
    const text = definition[name];
    return text === undefined ? [] : [[name, compiler.text(text, 'text', `${pointer}/${name}`)] as const];
  });
  return { pointer, parts, secretNames: compiler.secretsUsed };
}
