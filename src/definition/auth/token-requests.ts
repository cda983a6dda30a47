import type { GenericSchema } from 'valibot';
import type { HttpOperationConfig } from '../definition.ts';
import type { HttpOperationConfigInput } from '../definition-input.ts';
import { fields, filledText } from '../schema-kit.ts';
import type { SourcePointers } from '../source-pointers.ts';
import { toOperationConfig } from '../to-operation-definition.ts';
import { valibot } from '../valibot.ts';
import { createKeepSchema, type KeepDefinitions } from './token-use.ts';

/** Where a token request goes, when not to the connection's own base URL, and what it trusts and shows there. */
export interface TokenConnectionDefinition {
  readonly baseUrl: string;
  readonly caCert: string | null;
  /** PEM; templates over secrets. Left out: none, unless the token host is trusted like the connection's own. */
  readonly clientCertificate?: TokenCertificateDefinition;
}

export interface TokenCertificateDefinition {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string;
}

/** A request sent before the token request; what is kept of its answer is a tag for the requests after it. */
export interface TokenStepDefinition {
  readonly name?: string;
  readonly operation: HttpOperationConfig;
  readonly connection: TokenConnectionDefinition | null;
  readonly keep: KeepDefinitions;
}

/** How a token is renewed from the last one: `<<refresh_token>>` and `<<token>>` are tags here. */
export interface TokenRefreshDefinition {
  readonly operation: HttpOperationConfig;
  readonly connection: TokenConnectionDefinition | null;
  /** Those of the token request when left out. */
  readonly tokenOutput?: string;
  readonly expirationOutput?: string;
}

export type TokenConnectionInput = Pick<TokenConnectionDefinition, 'baseUrl' | 'clientCertificate'> & {
  readonly caCert?: string | null;
};

interface RequestInput {
  readonly operation: HttpOperationConfigInput;
  readonly connection?: TokenConnectionInput | null;
}

export type TokenStepInput = RequestInput &
  Pick<TokenStepDefinition, 'name'> & { readonly keep?: KeepDefinitions };
export type TokenRefreshInput = RequestInput &
  Pick<TokenRefreshDefinition, 'tokenOutput' | 'expirationOutput'>;

export function createTokenRequestSchemas<Config extends GenericSchema>(operationConfig: Config) {
  const v = valibot();
  const text = v.exactOptional(filledText());
  const certificate = fields({
    cert: filledText(),
    key: filledText(),
    passphrase: v.exactOptional(v.string()),
  });
  const connection = v.exactOptional(
    v.nullable(
      fields({
        baseUrl: v.string(),
        caCert: v.exactOptional(v.nullable(filledText())),
        clientCertificate: v.exactOptional(certificate),
      }),
    ),
  );
  const request = { operation: operationConfig, connection };
  const step = fields({ ...request, name: text, keep: v.exactOptional(createKeepSchema(), {}) });
  return {
    connection,
    steps: v.exactOptional(v.array(step)),
    refresh: v.exactOptional(fields({ ...request, tokenOutput: text, expirationOutput: text })),
  };
}

export function toTokenStep(
  { name, operation, connection, keep = {} }: TokenStepInput,
  pointer: string,
  sources: SourcePointers,
): TokenStepDefinition {
  return {
    ...(name === undefined ? {} : { name }),
    operation: toOperationConfig(operation, `${pointer}/operation`, sources),
    connection: toTokenConnection(connection),
    keep,
  };
}

export function toTokenRefresh(
  { operation, connection, ...outputs }: TokenRefreshInput,
  pointer: string,
  sources: SourcePointers,
): TokenRefreshDefinition {
  return {
    operation: toOperationConfig(operation, `${pointer}/operation`, sources),
    connection: toTokenConnection(connection),
    ...outputs,
  };
}

export function toTokenConnection(
  connection: TokenConnectionInput | null | undefined,
): TokenConnectionDefinition | null {
  if (!connection) return null;
  const { baseUrl, caCert, clientCertificate } = connection;
  return {
    baseUrl,
    caCert: caCert ?? null,
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
  };
}
