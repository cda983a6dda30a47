import { SecretValue } from '../base/secret-value.ts';
import type {
  AuthDefinition,
  ConnectionDefinition,
  TemplateTag,
  TlsDefinition,
} from '../definition/definition.ts';

/** A definition whose credentials are all tags, and the secrets apart from it. */
export interface SeparatedCredentials {
  readonly definition: ConnectionDefinition;
  /** By name. null: to be asked of the secret provider. */
  readonly secrets: ReadonlyMap<string, SecretValue | null>;
}

/**
 * Takes secret values out of a definition, so that nothing compiled from it can hold one. A password, client
 * secret, token or private key written out in place becomes a secret named after its pointer.
 */
export function separateCredentials(definition: ConnectionDefinition): SeparatedCredentials {
  const secrets = new Map<string, SecretValue | null>();
  for (const [name, value] of Object.entries(definition.secrets)) {
    secrets.set(name, value === null ? null : new SecretValue(value));
  }
  const { config } = definition;
  const [open, close] = config.templateTags.includes('{{}}') ? ['{{', '}}'] : ['<<', '>>'];
  const lift: Lift = (text, name) => {
    if (text === '' || hasTag(text, config.templateTags)) return text;
    secrets.set(name, new SecretValue(text));
    return `${open}${name}${close}`;
  };
  const auth = config.auth === null ? null : liftAuth(config.auth, lift);
  const tls = liftTls(config.tls, lift);
  const names = Object.fromEntries([...secrets.keys()].map(name => [name, null]));
  return {
    definition: { ...definition, secrets: names, config: { ...config, auth, tls } },
    secrets,
  };
}

type Lift = (text: string, name: string) => string;

function liftAuth(auth: AuthDefinition, lift: Lift): AuthDefinition {
  switch (auth.authType) {
    case 'basic':
      return {
        ...auth,
        password: auth.password === null ? null : lift(auth.password, 'config.auth.password'),
      };
    case 'raw_bearer_token':
      return { ...auth, token: auth.token === null ? null : lift(auth.token, 'config.auth.token') };
    case 'client_credentials':
      return {
        ...auth,
        clientSecret: auth.clientSecret === null ? null : lift(auth.clientSecret, 'config.auth.clientSecret'),
      };
    case 'http_bearer_token':
      return auth;
  }
}

function liftTls(tls: TlsDefinition, lift: Lift): TlsDefinition {
  const { clientCertificate } = tls;
  if (clientCertificate === null) return tls;
  const { cert, ...secret } = clientCertificate;
  const lifted = Object.entries(secret).map(([name, text]) => [
    name,
    lift(text, `config.tls.clientCertificate.${name}`),
  ]);
  return {
    ...tls,
    clientCertificate: { ...(cert === undefined ? {} : { cert }), ...Object.fromEntries(lifted) },
  };
}

/** True when the text holds a tag; then it is a template, and its secrets are named already. */
function hasTag(text: string, tags: readonly TemplateTag[]): boolean {
  return tags.some(tag => (tag === '{{}}' ? /\{\{.*\}\}/s : /<<.*>>/s).test(text));
}
