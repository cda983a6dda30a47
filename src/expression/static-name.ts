import type { Expression, MemberExpression, Super } from 'acorn';
import { withoutBrackets } from './acorn-parser.ts';
import { staticOwners } from './allowed-functions.ts';
import type { CompileContext } from './compile-context.ts';

/**
 * The full name of what stands by itself: `Math.max`, `parseInt`, `Object.keys`. Undefined when the node is something
 * else, or when a parameter of that name hides it.
 */
export function staticName(node: Expression | Super, context: CompileContext): string | undefined {
  if (node.type === 'Identifier') {
    return isOwner(node.name, context) ? node.name : undefined;
  }
  if (node.type !== 'MemberExpression' || node.object.type === 'Super') return undefined;
  const owner = withoutBrackets(node.object);
  const key = constantKey(node);
  if (owner.type !== 'Identifier' || key === undefined || !isOwner(owner.name, context)) return undefined;
  return `${owner.name}.${key}`;
}

/** The key of a member access when it is written out: `.name`, `['name']`. */
export function constantKey(node: MemberExpression): string | undefined {
  const { property } = node;
  if (!node.computed) return property.type === 'Identifier' ? property.name : undefined;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined;
}

function isOwner(name: string, context: CompileContext): boolean {
  return context.parameter(name) === undefined && staticOwners(context.place).has(name);
}
