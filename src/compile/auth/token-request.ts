import type { TokenConnectionDefinition } from '../../definition/auth/token-requests.ts';
import type { HttpOperationConfig } from '../../definition/definition.ts';
import type { TrustPlan } from '../../transport/trust/trust.ts';
import { type ClientCertificatePlan, compileCertificateParts } from '../client-certificate.ts';
import type { AuthSurroundings } from '../compile-auth.ts';
import { compileRequest, type RequestPlan } from '../request-plan.ts';
import { judgeLiteralHost } from '../secret-hosts.ts';
import type { TemplateCompiler } from '../template-compiler.ts';

/** One request on the way to a token, compiled. */
export interface TokenExchangePlan {
  /** JSON pointer of the operation, for messages. */
  readonly pointer: string;
  readonly request: RequestPlan;
  /** 0: a redirect is an answer. */
  readonly maxRedirects: number;
  readonly trust: TrustPlan;
  /** Shown to the token host; null: what the connection itself shows, where it is trusted alike. */
  readonly clientCertificate: ClientCertificatePlan | null;
}

export interface TokenRequestParts {
  readonly operation: HttpOperationConfig;
  readonly connection: TokenConnectionDefinition | null;
}

/** Compiles the request at `pointer`, which has members `operation` and `connection`. */
export function compileTokenRequest(
  { operation, connection }: TokenRequestParts,
  pointer: string,
  compiler: TemplateCompiler,
  surroundings: AuthSurroundings,
): TokenExchangePlan {
  const baseUrl =
    connection === null
      ? surroundings.baseUrl
      : { definition: connection.baseUrl, pointer: `${pointer}/connection/baseUrl` };
  const request = compileRequest(
    {
      baseUrl,
      path: { definition: operation.path, pointer: `${pointer}/operation/path` },
      operation: { definition: operation, pointer: `${pointer}/operation` },
      shared: { definition: { headers: {}, params: {} }, pointer },
    },
    compiler,
  );
  const clientCertificate = compileCertificate(connection, `${pointer}/connection`, compiler, surroundings);
  const { secrets = [] } = request.credentials;
  const shown = [...secrets, ...(clientCertificate?.secretNames ?? [])];
  judgeLiteralHost(request.url, baseUrl.definition, shown, {
    bindings: surroundings.secretHosts,
    issues: compiler.issues,
  });
  return {
    pointer: `${pointer}/operation`,
    request,
    maxRedirects: operation.followRedirect ? surroundings.maxRedirects : 0,
    trust: compileTokenTrust(connection?.caCert ?? null, `${pointer}/connection/caCert`, surroundings),
    clientCertificate,
  };
}

/** Whom a token host's certificate is judged by: a CA of its own, or what the connection trusts. */
export function compileTokenTrust(
  caCert: string | null,
  pointer: string,
  surroundings: AuthSurroundings,
): TrustPlan {
  if (caCert === null) return surroundings.trust;
  const { issues } = surroundings.compiler;
  return issues.attempt(pointer, () => surroundings.createTokenTrust(caCert, pointer)) ?? surroundings.trust;
}

/** The certificate shown to a token host; null: it has none of its own. */
export function compileCertificate(
  connection: Pick<TokenConnectionDefinition, 'caCert' | 'clientCertificate'> | null,
  pointer: string,
  compiler: TemplateCompiler,
  { createCertificateTrust, knownSecrets }: Pick<AuthSurroundings, 'createCertificateTrust' | 'knownSecrets'>,
): ClientCertificatePlan | null {
  const certificate = connection?.clientCertificate;
  if (!connection || certificate === undefined) return null;
  const place = `${pointer}/clientCertificate`;
  return {
    ...compileCertificateParts(certificate, place, compiler, knownSecrets),
    createTrust: (client, nowMs) =>
      createCertificateTrust(
        connection.caCert,
        { caCert: `${pointer}/caCert`, clientCertificate: place },
        client,
        nowMs,
      ),
  };
}
