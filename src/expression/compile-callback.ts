import type { ArrowFunctionExpression, AssignmentProperty, ObjectPattern, Pattern, Property } from 'acorn';
import { toElements, toKey } from './coercion.ts';
import type { CompileContext, Evaluate, Frame } from './compile-context.ts';
import type { Callback } from './function-types.ts';
import { defineMember, describeKind, readMember } from './own-property.ts';

/** Puts a value into the slots of a pattern. */
type Bind = (value: unknown, frame: Frame) => void;

/** Makes the function to hand to a listed function, for one evaluation. Each call charges the parts of its body. */
export type MakeCallback = (frame: Frame) => Callback;

/** Compiles `x => x.id`, `([key, value]) => …`, `({ id, name = '' }, ...rest) => …`. */
export function compileArrow(node: ArrowFunctionExpression, context: CompileContext): MakeCallback {
  if (node.async) throw context.notAllowed(node, 'a function here cannot be async');
  if (node.body.type === 'BlockStatement') {
    throw context.notAllowed(node.body, 'a function here is one expression', { expected: 'x => x.id' });
  }
  const body = node.body;
  const outerWeight = context.weight;
  context.weight = 0;
  const slot = context.slotCount;
  const { binds, evaluate } = context.withParameters(() => {
    const binds = node.params.map((parameter, position) => compileParameter(parameter, position, context));
    return { binds, evaluate: context.compile(body) };
  });
  const weight = 1 + binds.length + context.weight;
  context.weight = outerWeight;
  // Most have one parameter with a name, and need no list of their arguments.
  if (node.params.length === 1 && node.params[0]?.type === 'Identifier') {
    return frame => value => {
      frame.meter.spend(weight);
      frame.slots[slot] = value;
      return evaluate(frame);
    };
  }
  return frame =>
    (...values) => {
      frame.meter.spend(weight);
      for (const bind of binds) bind(values, frame);
      return evaluate(frame);
    };
}

/** Binds one parameter out of the list of arguments. */
function compileParameter(
  pattern: Pattern,
  position: number,
  context: CompileContext,
): (values: readonly unknown[], frame: Frame) => void {
  if (pattern.type === 'Identifier') {
    const slot = declare(pattern, context);
    return (values, frame) => {
      frame.slots[slot] = values[position];
    };
  }
  if (pattern.type === 'RestElement') {
    const bind = compilePattern(pattern.argument, context);
    return (values, frame) => bind(values.slice(position), frame);
  }
  const bind = compilePattern(pattern, context);
  return (values, frame) => bind(values[position], frame);
}

function compilePattern(pattern: Pattern, context: CompileContext): Bind {
  context.weight += 1;
  switch (pattern.type) {
    case 'Identifier': {
      const slot = declare(pattern, context);
      return (value, frame) => {
        frame.slots[slot] = value;
      };
    }
    case 'AssignmentPattern': {
      // The default is compiled first, so that a parameter cannot see itself or those to its right.
      const fallback = context.compile(pattern.right);
      const bind = compilePattern(pattern.left, context);
      return (value, frame) => bind(value === undefined ? fallback(frame) : value, frame);
    }
    case 'ArrayPattern':
      return compileArrayPattern(pattern.elements, context);
    case 'ObjectPattern':
      return compileObjectPattern(pattern.properties, context);
    default:
      throw context.notAllowed(pattern, `${context.textOf(pattern)} cannot be a parameter`);
  }
}

function declare(pattern: { readonly name: string }, context: CompileContext): number {
  return context.declare(pattern.name);
}

function compileArrayPattern(elements: readonly (Pattern | null)[], context: CompileContext): Bind {
  const binds = elements.map((element, position): Bind | undefined => {
    if (element === null) return undefined;
    if (element.type !== 'RestElement') {
      const bind = compilePattern(element, context);
      return (value, frame) => bind((value as readonly unknown[])[position], frame);
    }
    const bind = compilePattern(element.argument, context);
    return (value, frame) => {
      const rest = (value as readonly unknown[]).slice(position);
      frame.meter.list(rest.length);
      bind(rest, frame);
    };
  });
  return (value, frame) => {
    const list = toElements(value, frame.meter);
    for (const bind of binds) bind?.(list, frame);
  };
}

function compileObjectPattern(properties: ObjectPattern['properties'], context: CompileContext): Bind {
  const binds = properties.map(
    (property): ((value: NonNullable<unknown>, frame: Frame, taken: Set<string>) => void) => {
      if (property.type === 'RestElement') {
        const bind = compilePattern(property.argument, context);
        return (value, frame, taken) => bind(withoutKeys(value, taken, frame), frame);
      }
      const key = compileKey(property, context);
      const bind = compilePattern(property.value, context);
      return (value, frame, taken) => {
        const name = toKey(key(frame), frame.meter);
        taken.add(String(name));
        bind(readMember(value, name), frame);
      };
    },
  );
  return (value, frame) => {
    if (value === undefined || value === null) {
      throw frame.meter.failure('a parameter in braces needs an object', { found: describeKind(value) });
    }
    const taken = new Set<string>();
    for (const bind of binds) bind(value, frame, taken);
  };
}

/** The key of a member of an object or a pattern: `name`, `'name'`, `1`, `[expression]`. */
export function compileKey(property: Property | AssignmentProperty, context: CompileContext): Evaluate {
  const { key, computed } = property;
  if (computed) return context.compile(key);
  if (key.type === 'Identifier') return () => key.name;
  if (key.type === 'Literal') return () => String(key.value);
  throw context.notAllowed(key, `${context.textOf(key)} cannot be a name of a member`);
}

function withoutKeys(value: NonNullable<unknown>, taken: ReadonlySet<string>, frame: Frame): unknown {
  const rest: Record<string, unknown> = {};
  const keys = Object.keys(value);
  frame.meter.list(keys.length);
  for (const key of keys) if (!taken.has(key)) defineMember(rest, key, readMember(value, key));
  return rest;
}
