import { orNoItems } from '../base/nothing.ts';
import type { OperationDefinition } from '../definition/definition.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import type { IssueCollector } from '../errors/issue-collector.ts';
import { compileOutputs, type OutputPlan } from './output-plan.ts';
import { type ParameterPlan, ParameterTable } from './parameters.ts';
import type { Placed } from './placed.ts';
import { compileRequest, type RequestParts, type RequestPlan } from './request-plan.ts';
import { judgeLiteralHost, type SecretHostsPlan } from './secret-hosts.ts';
import { TemplateCompiler, type TemplateCompilerOptions } from './template-compiler.ts';
import { selectValues, type ValuePlan } from './values.ts';

/** An operation, compiled: everything that does not depend on a call's values. Frozen, and without secrets. */
export interface OperationPlan {
  readonly name: string;
  /** JSON pointer of the operation in the author's document. */
  readonly pointer: string;
  readonly request: RequestPlan;
  readonly outputs: readonly OutputPlan[];
  readonly parameters: ParameterPlan;
  /** The secrets that the operation and the connection's authentication need. */
  readonly secretNames: readonly string[];
  /** The computed values that the operation and the connection's authentication need, in the order of computing. */
  readonly values: readonly ValuePlan[];
  /** True when the request cannot be rendered before there is a token: it uses values kept from the token answer. */
  readonly usesKept: boolean;
  readonly streaming: boolean;
  /** 0: a redirect is an answer. */
  readonly maxRedirects: number;
}

/** What operations of one connection have in common. */
export interface OperationSurroundings {
  readonly baseUrl: Placed<string>;
  readonly shared: RequestParts['shared'];
  readonly templates: Pick<
    TemplateCompilerOptions,
    'secretNames' | 'tags' | 'issues' | 'shared' | 'values' | 'kept'
  >;
  /** Parameters, secrets and values that authentication draws on: every operation needs them too. */
  readonly authentication: {
    readonly parameters: ParameterTable;
    readonly secretNames: readonly string[];
    readonly valueNames: ReadonlySet<string>;
    /** Those of the secrets that go into the request itself, and not only into token requests. */
    readonly carriedSecrets: readonly string[];
  };
  readonly secretHosts: SecretHostsPlan;
  readonly maxRedirects: number;
  /** Lint warnings are added here. */
  readonly diagnostics: IssueCollector;
}

/** `places` is for requests that stand elsewhere in the document than an operation's do. */
export function compileOperation(
  { definition, pointer }: Placed<OperationDefinition>,
  surroundings: OperationSurroundings,
  places: { readonly config: string; readonly path?: string } = { config: `${pointer}/config` },
): OperationPlan {
  const { templates, authentication, diagnostics } = surroundings;
  const table = new ParameterTable(definition.inputs, authentication.parameters.size);
  const compiler = new TemplateCompiler({ ...templates, parameters: table, diagnostics });
  const { baseUrl, shared } = surroundings;
  const operation = { definition: definition.config, pointer: places.config };
  const path = { definition: definition.config.path, pointer: places.path ?? `${places.config}/path` };
  const request = withSecrets(
    compileRequest({ baseUrl, path, operation, shared }, compiler),
    authentication.carriedSecrets,
  );
  judgeLiteralHost(request.url, baseUrl.definition, request.credentials.secrets ?? [], {
    bindings: surroundings.secretHosts,
    issues: templates.issues,
  });
  const { shared: sharedParts, issues } = templates;
  const outputs = sharedParts.outputs(definition.outputs, `${pointer}/outputs`, () =>
    compileOutputs(definition.outputs, {
      pointer: `${pointer}/outputs`,
      expressions: sharedParts.expressions,
      issues,
    }),
  );
  for (const name of table.unusedDeclarations()) diagnostics.add(toUnusedInput(name, pointer));
  return Object.freeze({
    name: definition.name,
    pointer,
    request,
    outputs,
    parameters: sharedParts.parameters([...table.toList(), ...authentication.parameters.toList()]),
    secretNames: orNoItems([...new Set([...compiler.secretsUsed, ...authentication.secretNames])]),
    values: orNoItems(
      selectValues(
        templates.values ?? new Map(),
        new Set([...compiler.valuesUsed, ...authentication.valueNames]),
      ),
    ),
    usesKept: compiler.usesKept,
    streaming: definition.config.streamResponse,
    maxRedirects: definition.config.followRedirect ? surroundings.maxRedirects : 0,
  });
}

/** The request with the secrets that authentication will add to it. */
function withSecrets(request: RequestPlan, carried: readonly string[]): RequestPlan {
  const { credentials } = request;
  const secrets = new Set([...(credentials.secrets ?? []), ...carried]);
  return secrets.size === 0
    ? request
    : { ...request, credentials: { ...credentials, secrets: [...secrets] } };
}

function toUnusedInput(name: string, pointer: string): Issue {
  return {
    code: 'PARAMETER_UNKNOWN',
    pointer: `${pointer}/inputs`,
    message: `The input "${name}" is declared but no template uses it`,
  };
}
