import type {
  ArrayExpression,
  AssignmentProperty,
  BinaryExpression,
  ConditionalExpression,
  Expression,
  Identifier,
  Literal,
  LogicalExpression,
  NewExpression,
  ObjectExpression,
  Property,
  SpreadElement,
  TemplateLiteral,
  UnaryExpression,
} from 'acorn';
import { nearestName } from '../base/nearest-name.ts';
import { withoutBrackets } from './acorn-parser.ts';
import { staticOwners } from './allowed-functions.ts';
import { toElements, toKey, toText } from './coercion.ts';
import { misplacedFunction, misplacedRegex } from './compile-arguments.ts';
import { compileCall, compileDate } from './compile-call.ts';
import { compileKey } from './compile-callback.ts';
import { type CompileContext, chainEnded, type Evaluate } from './compile-context.ts';
import { compileMember } from './compile-member.ts';
import { binaryOperator, unaryOperators } from './operators.ts';
import { defineMember } from './own-property.ts';
import { dataRoot, namedRoot, rootNames } from './scope-roots.ts';
import { spreadInto } from './static-functions.ts';

const constants: Readonly<Record<string, unknown>> = {
  undefined,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
};

/** What a node outside the language is called in messages. */
const refusedNodes: Readonly<Partial<Record<Expression['type'], string>>> = {
  AssignmentExpression: 'an assignment',
  AwaitExpression: 'await',
  ClassExpression: 'a class',
  FunctionExpression: 'a function with its own body',
  ImportExpression: 'import',
  MetaProperty: 'a meta property',
  SequenceExpression: 'a comma between two expressions',
  TaggedTemplateExpression: 'a tagged template',
  ThisExpression: 'this',
  UpdateExpression: '++ or --',
  YieldExpression: 'yield',
};

/** Compiles one node of the tree to a closure. The exhaustive list of what the language has. */
export function compileNode(node: Expression, context: CompileContext): Evaluate {
  switch (node.type) {
    case 'Literal':
      return compileLiteral(node, context);
    case 'Identifier':
      return compileName(node, context);
    case 'ParenthesizedExpression':
      return context.compile(node.expression);
    case 'MemberExpression':
      return compileMember(node, context);
    case 'ChainExpression': {
      const chain = context.compile(node.expression);
      return frame => {
        const value = chain(frame);
        return value === chainEnded ? undefined : value;
      };
    }
    case 'CallExpression':
      return compileCall(node, context);
    case 'NewExpression':
      return compileNew(node, context);
    case 'UnaryExpression':
      return compileUnary(node, context);
    case 'BinaryExpression':
      return compileBinary(node, context);
    case 'LogicalExpression':
      return compileLogical(node, context);
    case 'ConditionalExpression':
      return compileConditional(node, context);
    case 'TemplateLiteral':
      return compileTemplate(node, context);
    case 'ArrayExpression':
      return compileArray(node, context);
    case 'ObjectExpression':
      return compileObject(node, context);
    case 'ArrowFunctionExpression':
      throw misplacedFunction(node, context);
    default:
      throw context.notAllowed(
        node,
        `${refusedNodes[node.type] ?? context.textOf(node)} is not part of the language`,
      );
  }
}

function compileLiteral(node: Literal, context: CompileContext): Evaluate {
  if (node.regex !== undefined && node.regex !== null) throw misplacedRegex(node, context);
  if (typeof node.bigint === 'string') throw context.notAllowed(node, 'big integers cannot be written out');
  const { value } = node;
  return () => value;
}

function compileName({ name, ...node }: Identifier, context: CompileContext): Evaluate {
  const slot = context.parameter(name);
  if (slot !== undefined) return frame => frame.slots[slot];
  if (Object.hasOwn(constants, name)) {
    const value = constants[name];
    return () => value;
  }
  const root = dataRoot(name, context.place);
  if (root !== undefined) return frame => frame.scope[root];
  throw unknownName({ name, ...node }, context);
}

function unknownName(node: Identifier, context: CompileContext): Error {
  const { name } = node;
  if (namedRoot(name, context.place) !== undefined) {
    return context.notAllowed(node, `${name} is read by a name that is written out`, {
      expected: `${name}['Name']`,
    });
  }
  if (name === 'current' || name === 'index') {
    return context.notAllowed(node, `${name} exists only in the expressions of children`);
  }
  const owners = staticOwners(context.place);
  if (owners.has(name)) {
    return context.notAllowed(node, `${name} can only be called`, { expected: `${name}(…)` });
  }
  const roots = rootNames(context.place);
  return context.notAllowed(node, `${name} does not exist`, {
    expected: roots.join(', '),
    suggestion: nearestName(name, [...roots, ...context.parameterNames(), ...owners]),
  });
}

function compileNew(node: NewExpression, context: CompileContext): Evaluate {
  const callee = withoutBrackets(node.callee);
  if (callee.type === 'Identifier' && callee.name === 'Date' && context.parameter('Date') === undefined) {
    return compileDate(node, context);
  }
  throw context.notAllowed(node, 'only a date can be made with new', { expected: 'new Date(…)' });
}

function compileUnary(node: UnaryExpression, context: CompileContext): Evaluate {
  const operator = Object.hasOwn(unaryOperators, node.operator) ? unaryOperators[node.operator] : undefined;
  if (operator === undefined) throw context.notAllowed(node, `${node.operator} is not part of the language`);
  const argument = context.compile(node.argument);
  return frame => operator(argument(frame), frame.meter);
}

function compileBinary(node: BinaryExpression, context: CompileContext): Evaluate {
  const operator = binaryOperator(node.operator);
  if (operator === undefined || node.left.type === 'PrivateIdentifier') {
    throw context.notAllowed(node, `${node.operator} is not part of the language`);
  }
  const left = context.compile(node.left);
  const right = context.compile(node.right);
  return frame => operator(left(frame), right(frame), frame.meter);
}

function compileLogical(node: LogicalExpression, context: CompileContext): Evaluate {
  const left = context.compile(node.left);
  const right = context.compile(node.right);
  switch (node.operator) {
    case '&&':
      return frame => left(frame) && right(frame);
    case '||':
      return frame => left(frame) || right(frame);
    default:
      return frame => left(frame) ?? right(frame);
  }
}

function compileConditional(node: ConditionalExpression, context: CompileContext): Evaluate {
  const test = context.compile(node.test);
  const consequent = context.compile(node.consequent);
  const alternate = context.compile(node.alternate);
  return frame => (test(frame) ? consequent(frame) : alternate(frame));
}

function compileTemplate(node: TemplateLiteral, context: CompileContext): Evaluate {
  const texts = node.quasis.map(quasi => quasi.value.cooked ?? '');
  const values = node.expressions.map(expression => context.compile(expression));
  return frame => {
    let result = texts[0] ?? '';
    for (const [position, value] of values.entries()) {
      const text = toText(value(frame), frame.meter) + (texts[position + 1] ?? '');
      frame.meter.text(result.length + text.length, text.length);
      result += text;
    }
    return result;
  };
}

function compileArray(node: ArrayExpression, context: CompileContext): Evaluate {
  const parts = node.elements.map(element => {
    if (element === null)
      throw context.notAllowed(node, 'a list has no empty places', { expected: 'undefined' });
    const isSpread = element.type === 'SpreadElement';
    return { isSpread, evaluate: context.compile(isSpread ? element.argument : element) };
  });
  return frame => {
    const list: unknown[] = [];
    frame.meter.allocate(parts.length);
    for (const { isSpread, evaluate } of parts) {
      const value = evaluate(frame);
      if (!isSpread) {
        list.push(value);
        continue;
      }
      const elements = toElements(value, frame.meter);
      frame.meter.list(elements.length);
      for (const element of elements) list.push(element);
    }
    return list;
  };
}

type Fill = (target: Record<string, unknown>, frame: Parameters<Evaluate>[0]) => void;

function compileObject(node: ObjectExpression, context: CompileContext): Evaluate {
  const fills = node.properties.map(property => compileProperty(property, context));
  return frame => {
    const target: Record<string, unknown> = {};
    frame.meter.allocate(fills.length);
    for (const fill of fills) fill(target, frame);
    return target;
  };
}

function compileProperty(
  property: Property | AssignmentProperty | SpreadElement,
  context: CompileContext,
): Fill {
  if (property.type === 'SpreadElement') {
    const source = context.compile(property.argument);
    return (target, frame) => spreadInto(target, source(frame), frame.meter);
  }
  if (property.kind !== 'init' || property.method) {
    throw context.notAllowed(property, 'an object here has no functions, getters or setters');
  }
  const key = compileKey(property, context);
  if (!property.computed && !property.shorthand && setsPrototype(property)) {
    throw context.notAllowed(property.key, 'an object here has no __proto__', { expected: "['__proto__']" });
  }
  const value = context.compile(property.value as Expression);
  return (target, frame) => {
    const name = String(toKey(key(frame), frame.meter));
    defineMember(target, name, value(frame));
  };
}

/** `{ __proto__: … }` is syntax for the prototype, not a member (ECMAScript Annex B.3.1). */
function setsPrototype({ key }: Property | AssignmentProperty): boolean {
  return (
    (key.type === 'Identifier' && key.name === '__proto__') ||
    (key.type === 'Literal' && key.value === '__proto__')
  );
}
