import { toJsonPointer } from '../base/json-pointer.ts';
import type { InputDefinition } from '../definition/definition.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError, type Issue } from '../errors/ferrule-error.ts';
import { coerceToHint } from '../template/type-hint.ts';
import { mismatchOf } from './input-type.ts';
import { ParameterValues } from './parameter-values.ts';
import type { Parameter, ParameterPlan } from './parameters.ts';

export interface BoundParameters {
  readonly values: ParameterValues;
  /** What a strict binding would have refused. */
  readonly diagnostics: readonly Issue[];
}

/** Who gives thousands of names nobody knows needs no list of them all. */
const MAX_ISSUES = 100;

/**
 * Gives each parameter the caller's value. null and undefined mean: not given.
 * Unknown names, missing required values and values of the wrong declared type are errors, all reported at once;
 * `lenient` turns the first two into diagnostics.
 */
export function bindParameters(
  plan: ParameterPlan,
  given: Readonly<Record<string, unknown>>,
  lenient: boolean,
): BoundParameters {
  const values = new ParameterValues(plan.list);
  const { unknown, twice } = collectGiven(plan, given, values);
  const mistyped = applyDeclarations(plan, values);
  const missing = findMissing(plan, values);
  if (unknown.length + twice.length + mistyped.length + missing.length === 0)
    return { values, diagnostics: [] };
  const wrong = [...twice, ...mistyped];
  if (wrong.length > 0)
    throw toError('PARAMETER_INVALID', [...wrong, ...(lenient ? [] : [...missing, ...unknown])]);
  if (lenient) return { values, diagnostics: [...missing, ...unknown] };
  if (missing.length > 0) throw toError('PARAMETER_MISSING', [...missing, ...unknown]);
  throw toError('PARAMETER_UNKNOWN', unknown);
}

function collectGiven(
  { names }: ParameterPlan,
  given: Readonly<Record<string, unknown>>,
  values: ParameterValues,
): { readonly unknown: readonly Issue[]; readonly twice: readonly Issue[] } {
  const unknown: Issue[] = [];
  const twice: Issue[] = [];
  const written = Object.keys(given);
  // At once: to read them by their names one after the other takes V8 longer.
  const givenValues = Object.values(given);
  const meanings = names.matchAll(written);
  for (let nth = 0; nth < written.length; nth++) {
    const name = written[nth] ?? '';
    const matched = meanings[nth] ?? [];
    if (matched.length === 0) unknown.push(toUnknownIssue(name, names.nearest(name)));
    const value = givenValues[nth];
    if (value === undefined || value === null) continue;
    for (const parameter of matched) {
      const typed = parameter.declared === undefined ? value : toDeclaredType(value, parameter.declared);
      const known = values.get(parameter);
      if (known !== undefined && known !== typed) twice.push(toTwiceIssue(parameter, name));
      values.set(parameter, typed);
    }
  }
  return { unknown, twice };
}

/** `"5"`, as forms and command lines give it, for an input declared as a number. */
function toDeclaredType(value: unknown, { type }: InputDefinition): unknown {
  return type === undefined ? value : coerceToHint(value, { text: type, schema: { type } });
}

function applyDeclarations({ list }: ParameterPlan, values: ParameterValues): readonly Issue[] {
  const wrong: Issue[] = [];
  for (const parameter of list) {
    const { declared } = parameter;
    if (declared === undefined) continue;
    const value = values.get(parameter);
    if (value === undefined) {
      if (declared.default !== undefined && declared.default !== null)
        values.set(parameter, declared.default);
      continue;
    }
    const expected = mismatchOf(value, declared);
    if (expected !== undefined) wrong.push(toInvalidIssue(parameter, expected, value));
  }
  return wrong;
}

function findMissing({ list }: ParameterPlan, values: ParameterValues): readonly Issue[] {
  const missing: Issue[] = [];
  for (const parameter of list) {
    if (parameter.required && values.get(parameter) === undefined) missing.push(toMissingIssue(parameter));
  }
  return missing;
}

function toMissingIssue(parameter: Parameter): Issue {
  const places = parameter.uses.length === 0 ? '' : `, used at ${parameter.uses.join(' and ')}`;
  return {
    code: 'PARAMETER_MISSING',
    pointer: toJsonPointer([parameter.base]),
    message: `Parameter "${parameter.base}" has no value${places}`,
  };
}

function toUnknownIssue(name: string, suggestion: string | undefined): Issue {
  return {
    code: 'PARAMETER_UNKNOWN',
    pointer: toJsonPointer([name]),
    message: `Parameter "${name.slice(0, 100)}" is not used by this operation`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function toTwiceIssue({ base }: Parameter, name: string): Issue {
  return {
    code: 'PARAMETER_INVALID',
    pointer: toJsonPointer([base]),
    message: `Parameter "${base}" is given twice, with different values; the second time as "${name.slice(0, 100)}"`,
  };
}

function toInvalidIssue(parameter: Parameter, expected: string, value: unknown): Issue {
  return {
    code: 'PARAMETER_INVALID',
    pointer: toJsonPointer([parameter.base]),
    message: `Parameter "${parameter.base}" does not fit its declaration`,
    expected,
    found: describeValue(value),
  };
}

function toError(
  code: 'PARAMETER_INVALID' | 'PARAMETER_MISSING' | 'PARAMETER_UNKNOWN',
  issues: readonly Issue[],
) {
  const [first] = issues;
  if (first !== undefined && issues.length === 1) {
    return new FerruleError(code, first.message, {
      expected: first.expected,
      found: first.found,
      suggestion: first.suggestion,
      issues: [],
      details: { parameter: first.pointer.slice(1) },
    });
  }
  return new FerruleError(code, `${issues.length} parameters cannot be used`, {
    issues: issues.slice(0, MAX_ISSUES),
  });
}
