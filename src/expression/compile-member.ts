import type { MemberExpression } from 'acorn';
import { nearestName } from '../base/nearest-name.ts';
import { withoutBrackets } from './acorn-parser.ts';
import { ownEntry, staticNames } from './allowed-functions.ts';
import { toKey } from './coercion.ts';
import { type CompileContext, chainEnded, type Evaluate } from './compile-context.ts';
import { describeKind, readMember } from './own-property.ts';
import { staticConstants } from './static-functions.ts';
import { constantKey, staticName } from './static-name.ts';

/** Compiles `object.name`, `object?.name` and `object[key]`: own members only. */
export function compileMember(node: MemberExpression, context: CompileContext): Evaluate {
  const name = staticName(node, context);
  if (name !== undefined) return compileStaticMember(node, name, context);
  if (node.object.type === 'Super') throw context.notAllowed(node, 'super does not exist here');
  const { optional } = node;
  const object = context.compile(node.object);
  const key = compileMemberKey(node, context);
  const text = context.textOf(node.object);
  const keyText = node.computed ? `[${context.textOf(node.property)}]` : `.${context.textOf(node.property)}`;
  return frame => {
    const value = object(frame);
    if (value === chainEnded) return chainEnded;
    if (value !== undefined && value !== null) return readMember(value, key(frame));
    if (optional) return chainEnded;
    throw frame.meter.failure(`${text} is ${describeKind(value)}, so ${keyText} cannot be read`);
  };
}

function compileStaticMember(node: MemberExpression, name: string, context: CompileContext): Evaluate {
  const value = ownEntry(staticConstants, name);
  if (value !== undefined) return () => value;
  throw context.notAllowed(node, `${name} is not a value of the language`, {
    suggestion: nearestName(name, staticNames()),
  });
}

/** Header names are case-insensitive (RFC 9110 section 5.1); the keys arrive in lower case. */
function compileMemberKey(
  node: MemberExpression,
  context: CompileContext,
): (frame: Parameters<Evaluate>[0]) => string | number {
  const ofHeaders = isHeaders(node, context);
  const constant = constantKey(node);
  if (constant !== undefined) {
    const key = ofHeaders ? constant.toLowerCase() : constant;
    return () => key;
  }
  if (node.property.type === 'PrivateIdentifier')
    throw context.notAllowed(node.property, 'there are no private names');
  const evaluate = context.compile(node.property);
  return frame => {
    const key = toKey(evaluate(frame), frame.meter);
    return ofHeaders && typeof key === 'string' ? key.toLowerCase() : key;
  };
}

function isHeaders(node: MemberExpression, context: CompileContext): boolean {
  if (node.object.type === 'Super') return false;
  const object = withoutBrackets(node.object);
  return (
    object.type === 'Identifier' && object.name === 'headers' && context.parameter('headers') === undefined
  );
}
