import { defaults } from './defaults.ts';
import type {
  ConnectionDefinition,
  HttpConnectionConfig,
  RetryDefinition,
  TestDefinition,
} from './definition.ts';
import type {
  ConnectionInput,
  HttpConnectionConfigInput,
  RetryInput,
  TestInput,
} from './definition-input.ts';
import { toProxyDefinition } from './proxy-definition.ts';
import type { SourcePointers } from './source-pointers.ts';
import { toAuthDefinition } from './to-auth-definition.ts';
import { toBody, toMethod, toOperationDefinition } from './to-operation-definition.ts';

/** Fills in the defaults and translates older spellings, recording in `sources` what moved. */
export function toConnectionDefinition(
  input: ConnectionInput,
  sources: SourcePointers,
): ConnectionDefinition {
  return {
    name: input.name,
    type: 'http',
    description: input.description ?? '',
    documentationLink: input.documentationLink ?? '',
    config: toConnectionConfig(input.config, '/config', sources),
    secrets: input.secrets ?? {},
    operations: (input.operations ?? []).map((operation, index) =>
      toOperationDefinition(operation, `/operations/${index}`, sources),
    ),
  };
}

function toConnectionConfig(
  input: HttpConnectionConfigInput,
  pointer: string,
  sources: SourcePointers,
): HttpConnectionConfig {
  const { auth, test } = input;
  return {
    configType: 'http',
    baseUrl: input.baseUrl,
    testPath: input.testPath ?? null,
    caCert: input.caCert ?? null,
    auth: auth ? toAuthDefinition(auth, `${pointer}/auth`, input.baseUrl, sources) : null,
    headers: input.headers ?? {},
    params: input.params ?? {},
    test: test ? toTestDefinition(test, `${pointer}/test`, sources) : null,
    tls: { ...defaults.tls, ...input.tls },
    timeouts: input.timeouts ? { ...defaults.timeouts, ...input.timeouts } : defaults.timeouts,
    limits: input.limits ? { ...defaults.limits, ...input.limits } : defaults.limits,
    redirect: { ...defaults.redirect, ...input.redirect },
    secretHosts: input.secretHosts ?? {},
    proxy: input.proxy ? toProxyDefinition(input.proxy, `${pointer}/proxy`, sources) : null,
    socketPath: input.socketPath ?? null,
    values: input.values ?? {},
    retry: input.retry ? toRetryDefinition(input.retry) : null,
    rateLimit: input.rateLimit ? { ...defaults.rateLimit, ...input.rateLimit } : null,
    templateTags: input.templateTags ?? defaults.templateTags,
    http2: input.http2 ?? false,
  };
}

function toRetryDefinition({ methods, ...rules }: RetryInput): RetryDefinition {
  return {
    ...defaults.retry,
    ...rules,
    methods: methods === undefined ? defaults.retry.methods : methods.map(toMethod),
  };
}

function toTestDefinition(input: TestInput, pointer: string, sources: SourcePointers): TestDefinition {
  return {
    method: toMethod(input.method ?? defaults.testMethod),
    path: input.path,
    headers: input.headers ?? {},
    body: toBody(input.body, `${pointer}/body`, sources),
    expect: input.expect ?? null,
  };
}
