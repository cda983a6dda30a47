import type { InferInput } from 'valibot';
import { once } from '../base/once.ts';
import { createAuthSchema } from './auth-schema.ts';
import { defaults } from './defaults.ts';
import { createOperationSchemas, httpOnly, serverFields } from './operation-schemas.ts';
import { createRouteSchemas } from './proxy-schema.ts';
import {
  fields,
  filledText,
  isObject,
  judgedBy,
  mapOf,
  oneOf,
  refusal,
  textOrTexts,
  wholeNumber,
} from './schema-kit.ts';
import { createSendingSchemas } from './sending-schemas.ts';
import { valibot } from './valibot.ts';

/** More than any browser follows; a longer chain is a loop. */
const MAX_REDIRECTS = 50;

/** The one source of what may be written: the parser, the author's types and the JSON Schema all come from it. */
export const definitionSchemas = once(createDefinitionSchemas);

export type ConnectionDocument = InferInput<ReturnType<typeof createDefinitionSchemas>['connection']>;
export type OperationDocument = InferInput<ReturnType<typeof createDefinitionSchemas>['operation']>;

function createDefinitionSchemas() {
  const v = valibot();
  const { method, operation, operationConfig, body, headers, params, outputs, inputs, test } =
    createOperationSchemas();
  const auth = createAuthSchema(operationConfig);
  const connectionConfig = httpOnly(
    fields({
      configType: v.exactOptional(oneOf(['http'])),
      baseUrl: v.string(),
      testPath: v.exactOptional(v.nullable(v.string())),
      caCert: v.exactOptional(v.nullable(filledText())),
      auth: v.exactOptional(v.nullable(auth)),
      headers: v.exactOptional(headers, {}),
      params: v.exactOptional(params, {}),
      test: v.exactOptional(v.nullable(test)),
      ...createTransportSchemas(),
      secretHosts: v.exactOptional(mapOf(v.array(filledText())), {}),
      ...createRouteSchemas(),
      values: v.exactOptional(mapOf(filledText()), {}),
      ...createSendingSchemas(method),
      templateTags: v.exactOptional(v.array(oneOf(['<<>>', '{{}}'])), [...defaults.templateTags]),
      http2: v.exactOptional(v.boolean(), false),
    }),
  );
  const connectionFields = fields({
    ...serverFields(),
    name: v.string(),
    type: v.exactOptional(oneOf(['http']), 'http'),
    description: v.exactOptional(v.string(), ''),
    documentationLink: v.exactOptional(v.string(), ''),
    config: connectionConfig,
    secrets: v.exactOptional(mapOf(v.nullable(v.string())), {}),
    operations: v.exactOptional(v.array(operation), []),
  });
  const otherType = v.object({ type: refusal('unsupported_type', 'http') });
  const connection = judgedBy(connectionFields, input =>
    isObject(input) && Object.hasOwn(input, 'type') && input['type'] !== 'http'
      ? otherType
      : connectionFields,
  );
  return {
    connection,
    connectionConfig,
    auth,
    test,
    operation,
    operationConfig,
    body,
    headers,
    params,
    outputs,
    inputs,
  };
}

/** Ferrule's own settings of the wire; each may be given in part. */
function createTransportSchemas() {
  const v = valibot();
  const positive = (fallback: number) => v.exactOptional(wholeNumber(1), fallback);
  const { tls, timeouts, limits, redirect } = defaults;
  return {
    tls: v.exactOptional(
      fields({
        caMode: v.exactOptional(oneOf(['extend', 'replace']), tls.caMode),
        clientCertificate: v.exactOptional(
          v.nullable(
            fields(
              {
                cert: v.exactOptional(filledText()),
                key: v.exactOptional(filledText()),
                pkcs12: v.exactOptional(filledText()),
                passphrase: v.exactOptional(v.string()),
              },
              {
                exactlyOne: [
                  ['cert', 'pkcs12'],
                  ['key', 'pkcs12'],
                ],
              },
            ),
          ),
        ),
        minVersion: v.exactOptional(oneOf(['TLSv1.2', 'TLSv1.3']), tls.minVersion),
        serverName: v.exactOptional(v.nullable(filledText())),
        fingerprint256: v.exactOptional(v.nullable(textOrTexts())),
      }),
      {},
    ),
    timeouts: v.exactOptional(
      fields({
        connectMs: positive(timeouts.connectMs),
        headersMs: positive(timeouts.headersMs),
        bodyIdleMs: positive(timeouts.bodyIdleMs),
        totalMs: positive(timeouts.totalMs),
      }),
      {},
    ),
    limits: v.exactOptional(
      fields({
        maxResponseBytes: positive(limits.maxResponseBytes),
        maxDecompressedBytes: positive(limits.maxDecompressedBytes),
        maxDecompressionRatio: v.exactOptional(
          v.pipe(v.number(), v.minValue(1)),
          limits.maxDecompressionRatio,
        ),
        maxHeaderBytes: positive(limits.maxHeaderBytes),
        maxEventBytes: positive(limits.maxEventBytes),
      }),
      {},
    ),
    redirect: v.exactOptional(
      fields({
        maxRedirects: v.exactOptional(wholeNumber(0, MAX_REDIRECTS), redirect.maxRedirects),
        cookies: v.exactOptional(v.boolean(), redirect.cookies),
      }),
      {},
    ),
  };
}
