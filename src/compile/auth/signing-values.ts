import { joinPointer } from '../../base/json-pointer.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { compileExpression } from '../../expression/compile-expression.ts';
import type { CompiledExpression } from '../../expression/expression.ts';
import type { TemplateCompiler } from '../template-compiler.ts';

/** A value that is computed of the request while it is signed. */
export interface SigningValuePlan {
  readonly name: string;
  readonly pointer: string;
  readonly expression: CompiledExpression;
  /** Earlier ones of its kind that it reads. */
  readonly uses: readonly string[];
  /** Values of the connection that it reads. */
  readonly connectionValues: readonly string[];
  /** True when a secret or the signature goes into it, at any remove. */
  readonly isSecret: boolean;
  /** True when it can be computed only after signing. */
  readonly readsSignature: boolean;
}

/** By name, in the order of the definition: each sees the earlier ones. */
export type SigningValuesPlan = ReadonlyMap<string, SigningValuePlan>;

const SIGNATURE = /\brequest\s*(?:\?\.|\.)\s*signature\b|\brequest\s*(?:\?\.)?\[\s*['"]signature['"]\s*\]/;

export function compileSigningValues(
  definitions: Readonly<Record<string, string>>,
  pointer: string,
  isTaken: (name: string) => boolean,
  compiler: TemplateCompiler,
): SigningValuesPlan {
  const plans = new Map<string, SigningValuePlan>();
  for (const [name, source] of Object.entries(definitions)) {
    const place = joinPointer(pointer, name);
    compiler.assertNotSecret(name, place, 'value');
    compiler.issues.attempt(place, () => {
      if (isTaken(name)) throw nameTaken(name);
      plans.set(name, toPlan(name, source, place, plans, compiler));
    });
  }
  return plans;
}

function toPlan(
  name: string,
  source: string,
  pointer: string,
  earlier: SigningValuesPlan,
  compiler: TemplateCompiler,
): SigningValuePlan {
  const expression = compileExpression(source, { pointer, context: 'signing' });
  const { references } = expression;
  const values = [...(references?.values ?? [])];
  const uses = values.filter(value => earlier.has(value));
  const connectionValues = values.filter(value => !earlier.has(value));
  if (references !== undefined) {
    compiler.noteReferences({ ...references, values: new Set(connectionValues) }, pointer);
  }
  const sources = uses.flatMap(value => earlier.get(value) ?? []);
  const readsSignature = SIGNATURE.test(source) || sources.some(plan => plan.readsSignature);
  return {
    name,
    pointer,
    expression,
    uses,
    connectionValues,
    readsSignature,
    isSecret: readsSignature || (references?.secrets.size ?? 0) > 0 || sources.some(plan => plan.isSecret),
  };
}

function nameTaken(name: string): FerruleError {
  return new FerruleError('DEFINITION_WRONG_VALUE', `"${name}" is the name of a part of the request`, {
    expected: 'a name that no part has',
  });
}
