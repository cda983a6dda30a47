import type { SecretValue } from '../base/secret-value.ts';
import type { ClientCertificateDefinition } from '../definition/definition.ts';
import { assertClientCertificate, type ClientCertificate, type TrustPlan } from '../transport/trust/trust.ts';
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

/** What is known of secrets while a definition is compiled. */
export interface KnownSecrets {
  /** Those of the definition, by name. null: to be asked of the secret provider. */
  readonly secrets: ReadonlyMap<string, SecretValue | null>;
  /** Certificates have to be valid then; milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/**
 * What is given of a certificate, in the order of NAMES. As much of it as the definition holds itself is judged at once,
 * the rest when it is shown.
 */
export function compileCertificateParts(
  definition: ClientCertificateDefinition,
  pointer: string,
  whole: TemplateCompiler,
  known: KnownSecrets,
): Pick<ClientCertificatePlan, 'pointer' | 'parts' | 'secretNames'> {
  const compiler = whole.apart();
  const parts = NAMES.flatMap(name => {
    const text = definition[name];
    return text === undefined ? [] : [[name, compiler.text(text, 'text', `${pointer}/${name}`)] as const];
  });
  const toValue = (name: keyof ClientCertificate, text: TextPlan) =>
    // A template that cannot be compiled has an issue of its own.
    text.source === definition[name] ? valueIn(text, compiler.tagNamesIn(text), known.secrets) : undefined;
  const written = judgeable(new Map(parts.map(([name, text]) => [name, toValue(name, text)])));
  compiler.issues.attempt(pointer, () => assertClientCertificate(written, known.nowMs, pointer));
  return { pointer, parts, secretNames: compiler.secretsUsed };
}

/** The text of a template without tags, or the secret that it is nothing but; undefined for any other. */
function valueIn(
  text: TextPlan,
  [name, ...others]: readonly string[],
  secrets: KnownSecrets['secrets'],
): string | SecretValue | undefined {
  // Without names it may still hold comments.
  if (name === undefined) return /<<|\{\{/.test(text.source) ? undefined : text.source;
  const isAlone = others.length === 0 && [`<<${name}>>`, `{{${name}}}`].includes(text.source);
  return isAlone ? (secrets.get(name) ?? undefined) : undefined;
}

/** A key says nothing without its certificate and passphrase; a certificate does without its key. */
function judgeable(values: ReadonlyMap<string, string | SecretValue | undefined>): ClientCertificate {
  const isWhole = [...values.values()].every(value => value !== undefined);
  return isWhole ? Object.fromEntries(values) : { cert: values.get('cert') };
}
