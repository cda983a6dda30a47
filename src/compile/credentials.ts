import { SecretValue } from '../base/secret-value.ts';
import type { ApiKeyPlaceDefinition } from '../definition/auth/api-key.ts';
import { mapClientSecrets } from '../definition/auth/oauth-client.ts';
import { mapOauth2Secrets } from '../definition/auth/oauth2.ts';
import type { TokenConnectionDefinition } from '../definition/auth/token-requests.ts';
import type {
  AuthDefinition,
  ConnectionDefinition,
  HttpBearerTokenDefinition,
  TemplateTag,
  TlsDefinition,
} from '../definition/definition.ts';
import type { ProxyDefinition } from '../definition/proxy-definition.ts';

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
  const proxy = liftProxy(config.proxy, lift);
  const names = Object.fromEntries([...secrets.keys()].map(name => [name, null]));
  return {
    definition: { ...definition, secrets: names, config: { ...config, auth, tls, proxy } },
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
      return mapClientSecrets(auth, (secret, place) => lift(secret, `config.auth.${place}`));
    case 'oauth2':
      return mapOauth2Secrets(auth, (secret, place) => lift(secret, `config.auth.${place}`));
    case 'http_bearer_token':
      return { ...auth, token: liftToken(auth.token, lift) };
    case 'api_key': {
      const toKey = (key: ApiKeyPlaceDefinition, index: number) => ({
        ...key,
        value: liftNullable(key.value, `config.auth.keys.${index}.value`, lift),
      });
      return { ...auth, keys: auth.keys.map(toKey) };
    }
    case 'aws_signature_v4':
      return {
        ...auth,
        secretAccessKey: liftNullable(auth.secretAccessKey, 'config.auth.secretAccessKey', lift),
        sessionToken: liftNullable(auth.sessionToken, 'config.auth.sessionToken', lift),
      };
    case 'digest':
      return { ...auth, password: liftNullable(auth.password, 'config.auth.password', lift) };
    case 'hmac':
      return { ...auth, key: liftNullable(auth.key, 'config.auth.key', lift) };
    case 'oauth1':
      return {
        ...auth,
        consumerSecret: liftNullable(auth.consumerSecret, 'config.auth.consumerSecret', lift),
        token: liftNullable(auth.token, 'config.auth.token', lift),
        tokenSecret: liftNullable(auth.tokenSecret, 'config.auth.tokenSecret', lift),
        privateKey: liftNullable(auth.privateKey, 'config.auth.privateKey', lift),
      };
  }
}

function liftNullable(text: string | null, name: string, lift: Lift): string | null {
  return text === null ? null : lift(text, name);
}

/** The requests are written by operations, where nothing says what is a credential; keys of certificates are. */
function liftToken(
  token: HttpBearerTokenDefinition['token'],
  lift: Lift,
): HttpBearerTokenDefinition['token'] {
  const place = 'config.auth.token';
  return {
    ...token,
    connection: liftKey(token.connection, place, lift),
    ...(token.steps === undefined
      ? {}
      : {
          steps: token.steps.map((step, index) => ({
            ...step,
            connection: liftKey(step.connection, `${place}.steps.${index}`, lift),
          })),
        }),
    ...(token.refresh === undefined
      ? {}
      : {
          refresh: {
            ...token.refresh,
            connection: liftKey(token.refresh.connection, `${place}.refresh`, lift),
          },
        }),
  };
}

function liftKey(
  connection: TokenConnectionDefinition | null,
  place: string,
  lift: Lift,
): TokenConnectionDefinition | null {
  if (!connection?.clientCertificate) return connection;
  const { key, passphrase, ...certificate } = connection.clientCertificate;
  const name = `${place}.connection.clientCertificate`;
  return {
    ...connection,
    clientCertificate: {
      ...certificate,
      key: lift(key, `${name}.key`),
      ...(passphrase === undefined ? {} : { passphrase: lift(passphrase, `${name}.passphrase`) }),
    },
  };
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

function liftProxy(proxy: ProxyDefinition | null, lift: Lift): ProxyDefinition | null {
  if (proxy === null) return null;
  return { ...proxy, password: liftNullable(proxy.password, 'config.proxy.password', lift) };
}

/** True when the text holds a tag; then it is a template, and its secrets are named already. */
function hasTag(text: string, tags: readonly TemplateTag[]): boolean {
  return tags.some(tag => (tag === '{{}}' ? /\{\{.*\}\}/s : /<<.*>>/s).test(text));
}
