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

/** A text that is one tag and nothing else: it names a secret and holds none. */
const ONE_TAG = /^\s*(?:<<[^<>]+>>|\{\{[^{}]+\}\})\s*$/;

/**
 * The definition as an export document: Integrator's fields in full, Ferrule's additions only where they differ
 * from the defaults. Credentials do not leave: secrets become null, and so do passwords, tokens and client secrets
 * that are written out instead of naming a secret. Parsing the document gives the same definition without them.
 */
export function toExportDocument(definition: ConnectionDefinition): ConnectionInput {
  const { name, type, description, documentationLink, config, secrets, operations } = definition;
  return {
    name,
    type,
    description,
    documentationLink,
    config: toExportConfig(config),
    secrets: Object.fromEntries(Object.keys(secrets).map(secret => [secret, null])),
    operations: operations.map(toExportOperation),
  };
}

function toExportConfig(config: HttpConnectionConfig): HttpConnectionConfigInput {
  const { configType, baseUrl, testPath, caCert, auth, ...additions } = config;
  const additionDefaults = {
    headers: {},
    params: {},
    test: null,
    tls: defaults.tls,
    timeouts: defaults.timeouts,
    limits: defaults.limits,
    redirect: defaults.redirect,
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
    auth: auth === null ? null : withoutCredentials(auth),
    ...changesFrom(additionDefaults, { ...additions, tls: withoutKey(additions.tls) }),
  };
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
      return { ...auth, clientSecret: keepTag(auth.clientSecret) };
    case 'http_bearer_token': {
      const { connection, ...token } = auth.token;
      return { ...auth, token: connection === null ? token : { ...token, connection } };
    }
  }
}

/** A certificate is of no use without its key, so both go. */
function withoutKey(tls: TlsDefinition): TlsDefinition {
  const { clientCertificate } = tls;
  if (clientCertificate === null) return tls;
  const { key = null, pkcs12 = null, passphrase = null } = clientCertificate;
  const isNamed = [key, pkcs12, passphrase].every(each => keepTag(each) === each);
  return isNamed ? tls : { ...tls, clientCertificate: null };
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
