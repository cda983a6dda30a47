import { Redactor } from '../base/redactor.ts';
import type { SecretValue } from '../base/secret-value.ts';
import type { ConnectionDefinition, HttpConnectionConfig } from '../definition/definition.ts';
import { maskIssue } from '../definition/document-secrets.ts';
import type { ParsedConnection } from '../definition/parse-connection.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import { IssueCollector } from '../errors/issue-collector.ts';
import type { Limits, Timeouts } from '../transport/transport.ts';
import {
  type ClientCertificate,
  createTrust,
  type TrustOptions,
  type TrustPlan,
} from '../transport/trust.ts';
import type { AuthPlan } from './auth-plan.ts';
import { compileAuth } from './compile-auth.ts';
import { separateCredentials } from './credentials.ts';
import { compileOperation, type OperationPlan, type OperationSurroundings } from './operation-plan.ts';
import { ParameterTable } from './parameters.ts';
import { TemplateCompiler } from './template-compiler.ts';
import { compileTest, type TestPlan } from './test-plan.ts';
import type { TextPlan } from './text-plan.ts';

/** A connection, compiled: frozen, shareable, and without a single value of a secret. */
export interface ConnectionPlan {
  readonly name: string;
  readonly operations: ReadonlyMap<string, OperationPlan>;
  readonly auth: AuthPlan;
  readonly test: TestPlan;
  /** Whom the connection trusts, without a client certificate. */
  readonly trust: TrustPlan;
  readonly clientCertificate: ClientCertificatePlan | null;
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  readonly http2: boolean;
  /** Lint warnings: what works, but probably not as meant. */
  readonly diagnostics: readonly Issue[];
}

/** The certificate a connection shows, as templates over secrets: the private key is one. */
export interface ClientCertificatePlan {
  readonly cert: TextPlan;
  readonly key: TextPlan;
  readonly passphrase: TextPlan | null;
  /** The connection's trust together with a rendered certificate. Throws CERTIFICATE_INVALID. */
  readonly createTrust: (client: ClientCertificate, nowMs: number) => TrustPlan;
}

export interface CompiledConnection {
  readonly plan: ConnectionPlan;
  /** The secrets, apart from the plan. null: to be asked of the secret provider. */
  readonly secrets: ReadonlyMap<string, SecretValue | null>;
}

export interface CompileOptions {
  /** False for definitions of strangers: slow expression languages then run where they can be ended. */
  readonly trusted: boolean;
  /** Milliseconds since the Unix epoch; certificates are judged by it. */
  readonly nowMs: number;
}

/**
 * Compiles a parsed definition. Every problem is reported at once, as issues of one DEFINITION_INVALID error with
 * pointers into the author's document.
 */
export function compileConnection(parsed: ParsedConnection, options: CompileOptions): CompiledConnection {
  const { definition, secrets } = separateCredentials(parsed.definition);
  const { config } = definition;
  const redactor = new Redactor();
  for (const secret of secrets.values()) if (secret !== null) redactor.keep(secret);
  const mask = (issue: Issue) => maskIssue(issue, redactor);
  const issues = new IssueCollector(parsed.toSourcePointer, mask);
  const diagnostics = new IssueCollector(parsed.toSourcePointer, mask);
  const templates = { secretNames: new Set(secrets.keys()), tags: config.templateTags, issues };
  const baseUrl = { definition: config.baseUrl, pointer: '/config/baseUrl' };
  const trust =
    issues.attempt('/config/caCert', () => compileTrust(definition, options.nowMs)) ?? createTrust();

  const authParameters = new ParameterTable();
  const authCompiler = new TemplateCompiler({ ...templates, parameters: authParameters, diagnostics });
  const auth = compileAuth(
    { definition: config.auth, pointer: '/config/auth' },
    {
      baseUrl,
      trust,
      createTokenTrust: (caCert, pointer) =>
        createTrust({
          caCert,
          minVersion: config.tls.minVersion,
          pointers: { caCert: pointer },
          nowMs: options.nowMs,
        }),
      compiler: authCompiler,
      parameters: authParameters,
      trusted: options.trusted,
      maxRedirects: config.redirect.maxRedirects,
    },
  );

  const clientCertificate = compileClientCertificate(definition, authCompiler);

  const surroundings: OperationSurroundings = {
    baseUrl,
    shared: { definition: config, pointer: '/config' },
    templates,
    authentication: { parameters: authParameters, secretNames: authCompiler.secretsUsed },
    trusted: options.trusted,
    maxRedirects: config.redirect.maxRedirects,
    diagnostics,
  };
  const operations = definition.operations.map((operation, index) =>
    compileOperation({ definition: operation, pointer: `/operations/${index}` }, surroundings),
  );
  const test = compileTest(config, surroundings);
  const shownName = redactor.redact(definition.name.slice(0, 100));
  issues.throwIfAny('DEFINITION_INVALID', count => `The connection "${shownName}" has ${count}`);
  const plan = {
    name: definition.name,
    operations: new Map(operations.map(operation => [operation.name, operation])),
    auth,
    test,
    trust,
    clientCertificate,
    timeouts: config.timeouts,
    limits: config.limits,
    http2: config.http2,
    diagnostics: diagnostics.list,
  };
  return { plan: Object.freeze(plan), secrets };
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
    pointers: { caCert: '/config/caCert', clientCertificate: '/config/tls/clientCertificate' },
    nowMs,
  };
}

function compileClientCertificate(
  { config }: ConnectionDefinition,
  compiler: TemplateCompiler,
): ClientCertificatePlan | null {
  const { clientCertificate } = config.tls;
  if (clientCertificate === null) return null;
  const pointer = '/config/tls/clientCertificate';
  const { cert, key, passphrase } = clientCertificate;
  return {
    cert: compiler.text(cert, 'text', `${pointer}/cert`),
    key: compiler.text(key, 'text', `${pointer}/key`),
    passphrase: passphrase === undefined ? null : compiler.text(passphrase, 'text', `${pointer}/passphrase`),
    createTrust: (client, nowMs) =>
      createTrust({ ...toTrustOptions(config, nowMs), clientCertificate: client }),
  };
}
