import { orNoItems } from '../base/nothing.ts';
import { Redactor } from '../base/redactor.ts';
import type { SecretValue } from '../base/secret-value.ts';
import type { ConnectionDefinition, HttpConnectionConfig } from '../definition/definition.ts';
import { maskIssue } from '../definition/document-secrets.ts';
import type { ParsedConnection } from '../definition/parse-connection.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import { IssueCollector } from '../errors/issue-collector.ts';
import type { RateLimit } from '../transport/pacing/sending-queue.ts';
import type { SocketPath } from '../transport/sockets/unix-socket.ts';
import type { Limits, Timeouts } from '../transport/transport.ts';
import { createTrust, type TrustOptions, type TrustPlan } from '../transport/trust/trust.ts';
import type { AuthPlan } from './auth-plan.ts';
import {
  type ClientCertificatePlan,
  compileCertificateParts,
  type KnownSecrets,
} from './client-certificate.ts';
import { compileAuth } from './compile-auth.ts';
import { type ConnectSettings, toConnectSettings } from './connect-settings.ts';
import { separateCredentials } from './credentials.ts';
import { compileOperation, type OperationPlan, type OperationSurroundings } from './operation-plan.ts';
import { ParameterTable, toParameterPlan } from './parameters.ts';
import { compileProxy, compileSocketPath, type ProxyPlan } from './proxy-plan.ts';
import { compileRetry, type RetryPlan } from './retry-plan.ts';
import { compileSecretHosts, type SecretHostsPlan } from './secret-hosts.ts';
import type { SharedParts } from './shared-parts.ts';
import { TemplateCompiler } from './template-compiler.ts';
import { compileTest, type TestPlan } from './test-plan.ts';
import { compileValues, selectValues } from './values.ts';

/** A connection, compiled: frozen, shareable, and without a single value of a secret. */
export interface ConnectionPlan {
  readonly name: string;
  readonly operations: ReadonlyMap<string, OperationPlan>;
  readonly auth: AuthPlan;
  /** What authentication draws on, for steps of it that belong to no operation. */
  readonly authentication: Pick<OperationPlan, 'parameters' | 'secretNames' | 'values'>;
  readonly test: TestPlan;
  /** Whom the connection trusts, without a client certificate. */
  readonly trust: TrustPlan;
  readonly clientCertificate: ClientCertificatePlan | null;
  /** null: the engine's, if it has any. */
  readonly proxy: ProxyPlan | null;
  readonly socketPath: SocketPath | null;
  readonly secretHosts: SecretHostsPlan;
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  readonly http2: boolean;
  /** For those who send a request by another client; undefined: nothing but defaults. */
  readonly connect: ConnectSettings | undefined;
  /** Within a redirect chain. */
  readonly keepsCookies: boolean;
  readonly retry: RetryPlan | null;
  readonly rateLimit: RateLimit | null;
  /** Lint warnings: what works, but probably not as meant. */
  readonly diagnostics: readonly Issue[];
}

export interface CompiledConnection {
  readonly plan: ConnectionPlan;
  /** The secrets, apart from the plan. null: to be asked of the secret provider. */
  readonly secrets: ReadonlyMap<string, SecretValue | null>;
  /** Leads from a place that the plan names to the author's document. */
  readonly toSourcePointer: (pointer: string) => string;
}

export interface CompileOptions {
  /** What its plan may share with those of other connections. */
  readonly shared: SharedParts;
  /** Milliseconds since the Unix epoch; certificates are judged by it. */
  readonly nowMs: number;
}

/**
 * Compiles a parsed definition. Every problem is reported at once, as issues of one DEFINITION_INVALID error with
 * pointers into the author's document.
 */
export function compileConnection(parsed: ParsedConnection, options: CompileOptions): CompiledConnection {
  const { shared } = options;
  const { definition, secrets } = separateCredentials(parsed.definition);
  const { config } = definition;
  const redactor = new Redactor();
  for (const secret of secrets.values()) if (secret !== null) redactor.keep(secret);
  const mask = (issue: Issue) => maskIssue(issue, redactor);
  const issues = new IssueCollector(parsed.toSourcePointer, mask);
  const diagnostics = new IssueCollector(parsed.toSourcePointer, mask);
  const secretNames = new Set(secrets.keys());
  const secretHosts = compileSecretHosts(
    { definition: config.secretHosts, pointer: '/config/secretHosts' },
    secretNames,
    issues,
  );
  const values = compileValues(config.values, { pointer: '/config/values', secretNames, issues });
  const templates = { secretNames, tags: config.templateTags, issues, shared, values };
  const baseUrl = { definition: config.baseUrl, pointer: '/config/baseUrl' };
  const trust =
    issues.attempt('/config/caCert', () => shared.trust(compileTrust(definition, options.nowMs))) ??
    createTrust();

  const knownSecrets = { secrets, nowMs: options.nowMs };
  const authParameters = new ParameterTable();
  const authCompiler = new TemplateCompiler({ ...templates, parameters: authParameters, diagnostics });
  const auth = compileAuth(
    { definition: config.auth, pointer: '/config/auth' },
    {
      baseUrl,
      trust,
      createTokenTrust: (caCert, pointer) =>
        shared.trust(
          createTrust({
            caCert,
            minVersion: config.tls.minVersion,
            pointers: { caCert: pointer },
            nowMs: options.nowMs,
          }),
        ),
      createCertificateTrust: (caCert, pointers, client, nowMs) =>
        createTrust({
          ...(caCert === null
            ? toTrustOptions(config, nowMs)
            : { caCert, minVersion: config.tls.minVersion }),
          clientCertificate: client,
          pointers,
          nowMs,
        }),
      knownSecrets,
      hasClientCertificate: config.tls.clientCertificate !== null,
      compiler: authCompiler,
      parameters: authParameters,
      secretHosts,
      maxRedirects: config.redirect.maxRedirects,
    },
  );

  const proving = 'use' in auth ? auth.use.secretNames : authCompiler.secretsUsed;
  const kept = 'use' in auth ? auth.use.kept : new Map();
  const beforeTokens = authCompiler.withKept({ known: new Map(), later: new Set(kept.keys()) });
  const clientCertificate = compileClientCertificate(definition, beforeTokens, knownSecrets);
  const routing = { compiler: beforeTokens, secretHosts, issues, nowMs: options.nowMs };
  const proxy = compileProxy(config.proxy, routing);
  const socketPath = compileSocketPath(config, issues);

  const surroundings: OperationSurroundings = {
    baseUrl,
    shared: { definition: config, pointer: '/config' },
    templates: { ...templates, kept: { known: kept, later: new Set() } },
    authentication: {
      parameters: authParameters,
      secretNames: authCompiler.secretsUsed,
      valueNames: authCompiler.valuesUsed,
      carriedSecrets: [...proving, ...(clientCertificate?.secretNames ?? [])],
    },
    secretHosts,
    maxRedirects: config.redirect.maxRedirects,
    diagnostics,
  };
  const operations = definition.operations.map((operation, index) =>
    compileOperation(
      { definition: operation, pointer: shared.pointer(`/operations/${index}`) },
      surroundings,
    ),
  );
  const test = compileTest(config, surroundings);
  const retry = compileRetry(config.retry, {
    pointer: '/config/retry',
    issues,
    expressions: shared.expressions,
  });
  const toSummary = (count: string) =>
    `The connection "${redactor.redact(definition.name.slice(0, 100))}" has ${count}`;
  issues.throwIfAny('DEFINITION_INVALID', toSummary);
  const plan = {
    name: definition.name,
    operations: new Map(operations.map(operation => [operation.name, operation])),
    auth,
    authentication: {
      parameters: toParameterPlan(authParameters.toList()),
      secretNames: authCompiler.secretsUsed,
      values: orNoItems(selectValues(values, authCompiler.valuesUsed)),
    },
    test,
    trust,
    clientCertificate,
    proxy,
    socketPath,
    secretHosts,
    timeouts: config.timeouts,
    limits: config.limits,
    http2: config.http2,
    connect: toConnectSettings(config),
    keepsCookies: config.redirect.cookies,
    retry,
    rateLimit: config.rateLimit,
    diagnostics: orNoItems(diagnostics.list),
  };
  return { plan: Object.freeze(plan), secrets, toSourcePointer: parsed.toSourcePointer };
}

function compileTrust({ config }: ConnectionDefinition, nowMs: number): TrustPlan {
  return createTrust(toTrustOptions(config, nowMs));
}

function toTrustOptions(config: HttpConnectionConfig, nowMs: number): TrustOptions {
  return {
    caCert: config.caCert,
    caMode: config.tls.caMode,
    minVersion: config.tls.minVersion,
    serverName: config.tls.serverName,
    fingerprint256: config.tls.fingerprint256,
    pointers: {
      caCert: '/config/caCert',
      clientCertificate: '/config/tls/clientCertificate',
      fingerprint256: '/config/tls/fingerprint256',
    },
    nowMs,
  };
}

function compileClientCertificate(
  { config }: ConnectionDefinition,
  compiler: TemplateCompiler,
  knownSecrets: KnownSecrets,
): ClientCertificatePlan | null {
  const { clientCertificate } = config.tls;
  if (clientCertificate === null) return null;
  const pointer = '/config/tls/clientCertificate';
  return {
    ...compileCertificateParts(clientCertificate, pointer, compiler, knownSecrets),
    createTrust: (client, nowMs) =>
      createTrust({ ...toTrustOptions(config, nowMs), clientCertificate: client }),
  };
}
