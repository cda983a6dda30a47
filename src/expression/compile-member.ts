import type { MemberExpression } from 'acorn';
import { nearestName } from '../base/nearest-name.ts';
import { withoutBrackets } from './acorn-parser.ts';
import { ownEntry, staticNames } from './allowed-functions.ts';
import { toKey } from './coercion.ts';
import { type CompileContext, chainEnded, type Evaluate, type Frame } from './compile-context.ts';
import { describeKind, readMember } from './own-property.ts';
import { namedRoot } from './scope-roots.ts';
import { staticConstants } from './static-functions.ts';
import { constantKey, staticName } from './static-name.ts';

/** Compiles `object.name`, `object?.name` and `object[key]`: own members only. */
export function compileMember(node: MemberExpression, context: CompileContext): Evaluate {
  const name = staticName(node, context);
  if (name !== undefined) return compileStaticMember(node, name, context);
  if (node.object.type === 'Super') throw context.notAllowed(node, 'super does not exist here');
  const named = compileNamedRead(node, context);
  if (named !== undefined) return named;
  const { optional } = node;
  const object = context.compile(node.object);
  const text = context.textOf(node.object);
  const keyText = node.computed ? `[${context.textOf(node.property)}]` : `.${context.textOf(node.property)}`;
  const end = (value: unknown, { meter }: Frame): typeof chainEnded => {
    if (optional || value === chainEnded) return chainEnded;
    throw meter.failure(`${text} is ${describeKind(value)}, so ${keyText} cannot be read`);
  };
  const constant = compileConstantKey(node, context);
  if (constant !== undefined) {
    return frame => {
      const value = object(frame);
      if (value === undefined || value === null || value === chainEnded) return end(value, frame);
      return readMember(value, constant);
    };
  }
  const key = compileComputedKey(node, context);
  return frame => {
    const value = object(frame);
    if (value === undefined || value === null || value === chainEnded) return end(value, frame);
    return readMember(value, key(frame));
  };
}

/** `secrets['API key']`: noted, so that it is known before evaluation which names are needed. */
function compileNamedRead(node: MemberExpression, context: CompileContext): Evaluate | undefined {
  const object = node.object.type === 'Super' ? node.object : withoutBrackets(node.object);
  if (object.type !== 'Identifier' || context.parameter(object.name) !== undefined) return undefined;
  const root = namedRoot(object.name, context.place);
  if (root === undefined) return undefined;
  const name = constantKey(node);
  if (name === undefined) {
    throw context.notAllowed(node, `${root} is read by a name that is written out`, {
      expected: `${root}['Name']`,
    });
  }
  context.references[root].add(name);
  return ({ scope }) => {
    const values = scope[root];
    return values === undefined ? undefined : readMember(values, name);
  };
}

function compileStaticMember(node: MemberExpression, name: string, context: CompileContext): Evaluate {
  const value = ownEntry(staticConstants, name);
  if (value !== undefined) return () => value;
  throw context.notAllowed(node, `${name} is not a value of the language`, {
    suggestion: nearestName(name, staticNames(context.place)),
  });
}

/** Header names are case-insensitive (RFC 9110 section 5.1); the keys arrive in lower case. */
function compileConstantKey(node: MemberExpression, context: CompileContext): string | number | undefined {
  const constant = constantKey(node);
  return constant !== undefined && isHeaders(node, context) ? constant.toLowerCase() : constant;
}

function compileComputedKey(
  node: MemberExpression,
  context: CompileContext,
): (frame: Frame) => string | number {
  if (node.property.type === 'PrivateIdentifier')
    throw context.notAllowed(node.property, 'there are no private names');
  const ofHeaders = isHeaders(node, context);
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
