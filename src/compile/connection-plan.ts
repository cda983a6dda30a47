import type { SecretValue } from '../base/secret-value.ts';
import type { ConnectionDefinition, HttpConnectionConfig } from '../definition/definition.ts';
import type { ParsedConnection } from '../definition/parse-connection.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import { IssueCollector } from '../errors/issue-collector.ts';
import type { RateLimit } from '../transport/sending-queue.ts';
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
import { compileRetry, type RetryPlan } from './retry-plan.ts';
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
  readonly retry: RetryPlan | null;
  readonly rateLimit: RateLimit | null;
  /** Lint warnings: what works, but probably not as meant. */
  readonly diagnostics: readonly Issue[];
}

/** The certificate a connection shows, as templates over secrets: the private key is one. */
export interface ClientCertificatePlan {
  readonly parts: readonly (readonly [name: keyof ClientCertificate, text: TextPlan])[];
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
  const issues = new IssueCollector(parsed.toSourcePointer);
  const diagnostics = new IssueCollector(parsed.toSourcePointer);
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
  const retry = compileRetry(config.retry, { pointer: '/config/retry', trusted: options.trusted, issues });
  issues.throwIfAny('DEFINITION_INVALID', count => `The connection "${definition.name}" has ${count}`);
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
    retry,
    rateLimit: config.rateLimit,
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
): ClientCertificatePlan | null {
  const { clientCertificate } = config.tls;
  if (clientCertificate === null) return null;
  const pointer = '/config/tls/clientCertificate';
  const names = ['cert', 'key', 'pkcs12', 'passphrase'] as const;
  return {
    parts: names.flatMap(name => {
      const text = clientCertificate[name];
      return text === undefined ? [] : [[name, compiler.text(text, 'text', `${pointer}/${name}`)] as const];
    }),
    createTrust: (client, nowMs) =>
      createTrust({ ...toTrustOptions(config, nowMs), clientCertificate: client }),
  };
}
