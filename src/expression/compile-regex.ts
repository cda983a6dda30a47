import type { Expression, Literal, SpreadElement } from 'acorn';
import { withoutBrackets } from './acorn-parser.ts';
import type { CompileContext } from './compile-context.ts';
import { compileRegex, type Regex } from './regex.ts';

export type RegexLiteral = Literal & { readonly regex: NonNullable<Literal['regex']> };

/** The node as a regular expression literal, if it is one. */
export function regexLiteral(node: Expression | SpreadElement): RegexLiteral | undefined {
  if (node.type === 'SpreadElement') return undefined;
  const inner = withoutBrackets(node);
  return inner.type === 'Literal' && isRegex(inner) ? inner : undefined;
}

/** Compiles it for RE2. Throws EXPRESSION_NOT_ALLOWED with what RE2 cannot do. */
export function compileRegexLiteral(node: RegexLiteral, context: CompileContext): Regex {
  const regex = compileRegex(node.regex.pattern, node.regex.flags);
  if ('refused' in regex) {
    throw context.notAllowed(node, `a regular expression here cannot have ${regex.refused}`);
  }
  return regex;
}

function isRegex(node: Literal): node is RegexLiteral {
  return node.regex !== undefined && node.regex !== null;
}
