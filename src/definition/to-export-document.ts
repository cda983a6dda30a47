import { mapClientSecrets } from './auth/oauth-client.ts';
import { mapOauth2Secrets } from './auth/oauth2.ts';
import type { TokenConnectionDefinition } from './auth/token-requests.ts';
import { defaults } from './defaults.ts';
import type {
  AuthDefinition,
  ConnectionDefinition,
  HttpConnectionConfig,
  OperationDefinition,
  TlsDefinition,
} from './definition.ts';
import type {
  AuthInput,
  ConnectionInput,
  HttpConnectionConfigInput,
  OperationInput,
} from './definition-input.ts';
import type { ProxyDefinition } from './proxy-definition.ts';

/** A text that is one tag and nothing else: it names a secret and holds none. */
const ONE_TAG = /^\s*(?:<<[^<>]+>>|\{\{[^{}]+\}\})\s*$/;

/**
 * The definition as an export document: Integrator's fields in full, Ferrule's additions only where they differ
 * from the defaults. Credentials do not leave: secrets become null, and so do passwords, tokens and client secrets
 * that are written out instead of naming a secret. Parsing the document gives the same definition without them.
 */
export function toExportDocument(definition: ConnectionDefinition): ConnectionInput {
  const { secrets, config } = definition;
  return toDocument(
    {
      ...definition,
      secrets: Object.fromEntries(Object.keys(secrets).map(secret => [secret, null])),
      config: {
        ...withSecretHosts(config, Object.keys(secrets)),
        tls: withoutKey(config.tls),
        proxy: withoutProxyCredentials(config.proxy),
      },
    },
    withoutCredentials,
  );
}

/** The same in one spelling for whoever keeps definitions: with every credential, so it belongs where secrets may be. */
export function toWholeDocument(definition: ConnectionDefinition): ConnectionInput {
  return toDocument(definition, withoutNoConnection);
}

/** Integrator knows a token request without a connection, and none with the connection null. */
function withoutNoConnection(auth: AuthDefinition): AuthInput {
  if (auth.authType !== 'http_bearer_token' || auth.token.connection !== null) return auth;
  const { connection: _none, ...token } = auth.token;
  return { ...auth, token };
}

type ToAuthInput = (auth: AuthDefinition) => AuthInput;

function toDocument(definition: ConnectionDefinition, toAuthInput: ToAuthInput): ConnectionInput {
  const { name, type, description, documentationLink, config, secrets, operations } = definition;
  return {
    name,
    type,
    description,
    documentationLink,
    config: toConfig(config, toAuthInput),
    secrets,
    operations: operations.map(toExportOperation),
  };
}

function toConfig(config: HttpConnectionConfig, toAuthInput: ToAuthInput): HttpConnectionConfigInput {
  const { configType, baseUrl, testPath, caCert, auth, ...additions } = config;
  const additionDefaults = {
    headers: {},
    params: {},
    test: null,
    tls: defaults.tls,
    timeouts: defaults.timeouts,
    limits: defaults.limits,
    redirect: defaults.redirect,
    secretHosts: {},
    proxy: null,
    socketPath: null,
    values: {},
    retry: null,
    rateLimit: null,
    templateTags: defaults.templateTags,
    http2: false,
  } satisfies typeof additions;
  return {
    configType,
    baseUrl,
    testPath,
    caCert,
    auth: auth === null ? null : toAuthInput(auth),
    ...changesFrom(additionDefaults, additions),
  };
}

/** A credential that is written out in its place is not exported, so what it is bound to goes with it. */
function withSecretHosts(config: HttpConnectionConfig, names: readonly string[]): HttpConnectionConfig {
  const isKept = (name: string) => !name.startsWith('config.') || names.includes(name);
  const bound = Object.entries(config.secretHosts).filter(([name]) => isKept(name));
  return { ...config, secretHosts: Object.fromEntries(bound) };
}

function toExportOperation({ inputs, ...operation }: OperationDefinition): OperationInput {
  return { ...operation, ...changesFrom({ inputs: {} }, { inputs }) };
}

function withoutCredentials(auth: AuthDefinition): AuthInput {
  switch (auth.authType) {
    case 'basic':
      return { ...auth, password: keepTag(auth.password) };
    case 'raw_bearer_token':
      return { ...auth, token: keepTag(auth.token) };
    case 'client_credentials':
      return mapClientSecrets(auth, keepTag);
    case 'oauth2':
      return mapOauth2Secrets(auth, keepTag);
    case 'api_key':
      return { ...auth, keys: auth.keys.map(key => ({ ...key, value: keepTag(key.value) })) };
    case 'aws_signature_v4':
      return {
        ...auth,
        secretAccessKey: keepTag(auth.secretAccessKey),
        sessionToken: keepTag(auth.sessionToken),
      };
    case 'digest':
      return { ...auth, password: keepTag(auth.password) };
    case 'hmac':
      return { ...auth, key: keepTag(auth.key) };
    case 'oauth1':
      return {
        ...auth,
        consumerSecret: keepTag(auth.consumerSecret),
        token: keepTag(auth.token),
        tokenSecret: keepTag(auth.tokenSecret),
        privateKey: keepTag(auth.privateKey),
      };
    case 'http_bearer_token': {
      const { connection, steps, refresh, ...token } = auth.token;
      return {
        ...auth,
        token: {
          ...token,
          ...(connection === null ? {} : { connection: withoutTokenKey(connection) }),
          ...(steps === undefined ? {} : { steps: steps.map(withKeylessConnection) }),
          ...(refresh === undefined ? {} : { refresh: withKeylessConnection(refresh) }),
        },
      };
    }
  }
}

function withKeylessConnection<Request extends { readonly connection: TokenConnectionDefinition | null }>(
  request: Request,
): Request {
  const { connection } = request;
  return connection === null ? request : { ...request, connection: withoutTokenKey(connection) };
}

function withoutTokenKey({
  clientCertificate,
  ...connection
}: TokenConnectionDefinition): TokenConnectionDefinition {
  if (clientCertificate === undefined) return connection;
  const { key, passphrase = null } = clientCertificate;
  const isNamed = keepTag(key) === key && keepTag(passphrase) === passphrase;
  return isNamed ? { ...connection, clientCertificate } : connection;
}

/** A certificate is of no use without its key, so both go. */
function withoutKey(tls: TlsDefinition): TlsDefinition {
  const { clientCertificate } = tls;
  if (clientCertificate === null) return tls;
  const { key = null, pkcs12 = null, passphrase = null } = clientCertificate;
  const isNamed = [key, pkcs12, passphrase].every(each => keepTag(each) === each);
  return isNamed ? tls : { ...tls, clientCertificate: null };
}

/** User info in the URL is refused when the connection is compiled; until then it must not leave either. */
function withoutProxyCredentials(proxy: ProxyDefinition | null): ProxyDefinition | null {
  if (proxy === null || proxy.url.includes('@')) return null;
  return { ...proxy, password: keepTag(proxy.password) };
}

function keepTag(credential: string | null): string | null {
  return credential !== null && ONE_TAG.test(credential) ? credential : null;
}

/** The fields of `settings` that differ from `fallback`. Both are JSON written in the same order of fields. */
function changesFrom<Settings extends object>(fallback: Settings, settings: Settings): Partial<Settings> {
  const changed = Object.entries(settings).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(fallback, name)),
  );
  return Object.fromEntries(changed) as Partial<Settings>;
}
