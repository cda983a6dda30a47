import { defaults } from '../definition/defaults.ts';
import type { HttpConnectionConfig, HttpOperationConfig, TestDefinition } from '../definition/definition.ts';
import type { CompiledExpression } from '../expression/expression.ts';
import { compileOperation, type OperationPlan, type OperationSurroundings } from './operation-plan.ts';

/** How a connection is tested: one request, and what its answer must be. */
export interface TestPlan {
  readonly operation: OperationPlan;
  readonly expectation: TestExpectation;
}

export type TestExpectation =
  /** Any status of 2xx. */
  | { readonly kind: 'success' }
  /** The definition names no path to test: any answer but a refusal of the credentials or a failure of the server. */
  | { readonly kind: 'reachable' }
  | { readonly kind: 'status'; readonly statusCodes: readonly number[] }
  | { readonly kind: 'expression'; readonly expression: CompiledExpression };

export function compileTest(config: HttpConnectionConfig, surroundings: OperationSurroundings): TestPlan {
  const { test, testPath } = config;
  const pointer = test === null ? '/config' : '/config/test';
  const request: HttpOperationConfig = {
    configType: 'http',
    method: test?.method ?? defaults.testMethod,
    path: test?.path ?? testPath ?? '',
    params: {},
    headers: test?.headers ?? {},
    body: test?.body ?? defaults.body,
    includeEmptyParams: false,
    followRedirect: false,
    streamResponse: false,
  };
  const operation = compileOperation(
    {
      definition: {
        name: 'connection test',
        config: request,
        outputs: {},
        inputs: {},
        notes: null,
        documentationLink: '',
      },
      pointer,
    },
    surroundings,
    { config: pointer, path: test === null ? '/config/testPath' : `${pointer}/path` },
  );
  return { operation, expectation: compileExpectation(test, testPath, surroundings) };
}

function compileExpectation(
  test: TestDefinition | null,
  testPath: string | null,
  { templates }: OperationSurroundings,
): TestExpectation {
  const expected = test?.expect ?? null;
  if (expected === null) return { kind: test === null && testPath === null ? 'reachable' : 'success' };
  if (typeof expected !== 'string') return { kind: 'status', statusCodes: [expected].flat() };
  const pointer = '/config/test/expect';
  const expression = templates.issues.attempt(pointer, () =>
    templates.shared.expressions.compile(expected, { pointer, context: 'response' }),
  );
  return expression === undefined ? { kind: 'success' } : { kind: 'expression', expression };
}
