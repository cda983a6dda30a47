import { joinPointer } from '../../base/json-pointer.ts';
import { noEntries } from '../../base/nothing.ts';
import type { TokenRequestDefinition } from '../../definition/auth/oauth-client.ts';
import { describeValue } from '../../errors/describe-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { assertHeaderName } from '../request-plan.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { FieldPlan, TextPlan } from '../text-plan.ts';

/** The form of token requests, and what they carry besides the grant. */
export interface TokenParametersPlan {
  readonly method: 'POST' | 'GET';
  readonly format: 'form' | 'json' | 'query';
  readonly headers: readonly FieldPlan[];
  /** For `form` and `query`. */
  readonly fields: readonly FieldPlan[];
  /** For `json`: renders an object. */
  readonly tree: TextPlan | null;
  /** What standard parameters are called; null: they are left out. */
  readonly names: ReadonlyMap<string, string | null>;
}

export function compileTokenParameters(
  definition: TokenRequestDefinition,
  pointer: string,
  compiler: TemplateCompiler,
): TokenParametersPlan {
  const { method = 'POST', headers = {}, params = {}, names = {} } = definition;
  const format = definition.format ?? (method === 'GET' ? 'query' : 'form');
  if (method === 'GET' && format !== 'query') {
    compiler.issues.add({
      code: 'DEFINITION_WRONG_VALUE',
      pointer: `${pointer}/format`,
      message: 'A GET request has no body',
      expected: '"query"',
    });
  }
  const isJson = format === 'json';
  return {
    method,
    format,
    headers: compileHeaders(headers, `${pointer}/headers`, compiler),
    fields: isJson ? [] : compileFields(params, `${pointer}/params`, compiler),
    tree: isJson && Object.keys(params).length > 0 ? compiler.jsonTree(params, `${pointer}/params`) : null,
    names: Object.keys(names).length === 0 ? noEntries : new Map(Object.entries(names)),
  };
}

function compileHeaders(
  headers: Readonly<Record<string, string | readonly string[]>>,
  pointer: string,
  compiler: TemplateCompiler,
): readonly FieldPlan[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const place = joinPointer(pointer, name);
    compiler.issues.attempt(place, () => assertHeaderName(name));
    return [value].flat().map(source => ({ name, text: compiler.text(source, 'header', place) }));
  });
}

/** A list is sent as one parameter for each of its texts (RFC 8707 section 2 has `resource` so). */
function compileFields(
  params: Readonly<Record<string, unknown>>,
  pointer: string,
  compiler: TemplateCompiler,
): readonly FieldPlan[] {
  return Object.entries(params).flatMap(([name, value]) => {
    const place = joinPointer(pointer, name);
    return [value].flat().flatMap(each => {
      const source = compiler.issues.attempt(place, () => toText(each));
      return source === undefined ? [] : [{ name, text: compiler.text(source, 'text', place) }];
    });
  });
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new FerruleError('DEFINITION_WRONG_TYPE', 'A form or query has only texts', {
    expected: 'a text, a list of texts, or the format "json"',
    found: describeValue(value),
  });
}
