import { FerruleError } from '../errors/ferrule-error.ts';
import { assembleTemplate } from './compile-nodes.ts';
import type { CompiledTemplate, TemplateOptions } from './compile-template.ts';
import { JsonLexer } from './json-lexer.ts';
import { TreeCompiler } from './json-tree.ts';
import { parseTemplate } from './parse-template.ts';
import { asItIs, constantly, toAbsence } from './renderers.ts';
import { toStrictJson } from './strict-json.ts';
import { toPosition } from './text-position.ts';

export type JsonTemplateOptions<Scope> = Omit<TemplateOptions<Scope>, 'place'>;

/**
 * Compiles a body written as JSON text. Between quotes a value is JSON-escaped, outside it is JSON-encoded in the type
 * of its hint. What is rendered is strict JSON, or nothing when the sections leave nothing.
 * Throws TEMPLATE_SYNTAX, TEMPLATE_PLACE and, when no value could make it JSON, BODY_NOT_JSON.
 */
export function compileJsonText<Scope>(
  text: string,
  options: JsonTemplateOptions<Scope>,
): CompiledTemplate<Scope> {
  const source = { text, pointer: options.pointer };
  const lexer = new JsonLexer(source);
  return assembleTemplate(source, parseTemplate(source, options.tags), lexer, options, () =>
    lexer.isProven() ? asItIs : toJsonFinish(options.pointer),
  );
}

/**
 * Compiles a body given as a JSON value whose texts may be templates, names of fields included. A text that is one tag
 * takes the type of its value; when that is absent, the field is left out of its object, and a list holds null.
 * Throws TEMPLATE_SYNTAX and BODY_NOT_JSON.
 */
export function compileJsonTree<Scope>(
  json: unknown,
  options: JsonTemplateOptions<Scope>,
): CompiledTemplate<Scope> {
  const compiler = new TreeCompiler(options);
  const root = compiler.compile(json, options.pointer, 0);
  const isSoleTag = typeof json === 'string' && compiler.soleTags.length === 1;
  return Object.freeze({
    source: JSON.stringify(json) ?? '',
    references: Object.freeze(compiler.references),
    isConstant: typeof root === 'string',
    soleTag: isSoleTag ? compiler.soleTags[0] : undefined,
    diagnostics: compiler.diagnostics,
    render: typeof root === 'string' ? constantly(root) : toTreeRender(root),
    isAbsent: toAbsence(isSoleTag && typeof root !== 'string' ? root : undefined),
  });
}

function toTreeRender<Scope>(root: (scope: Scope) => string | undefined): (scope: Scope) => string {
  return scope => root(scope) ?? 'null';
}

function toJsonFinish(pointer: string): (rendered: string) => string {
  return rendered => ensureJson(rendered, pointer);
}

/** `JSON.parse` judges; only when it refuses, superfluous commas are dropped or the problem is located. */
function ensureJson(text: string, pointer: string): string {
  if (isJson(text)) return text;
  if (text.trim() === '') return '';
  const strict = toStrictJson(text);
  if ('json' in strict) return strict.json;
  const { line, column } = toPosition(text, strict.problem.offset);
  throw new FerruleError('BODY_NOT_JSON', `The rendered body is not JSON at line ${line}, column ${column}`, {
    pointer,
    expected: strict.problem.expected,
    details: { line, column },
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The caller finds out where and why, without showing the text as the engine's message would.
    return false;
  }
}
