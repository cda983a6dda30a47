import type { AnyNode, Expression, SpreadElement } from 'acorn';
import { withoutBrackets } from './acorn-parser.ts';
import { functionNamed, isVolatile } from './allowed-functions.ts';
import { toElements, toPrimitive } from './coercion.ts';
import { compileArrow, type MakeCallback } from './compile-callback.ts';
import type { CompileContext, Evaluate, Frame } from './compile-context.ts';
import { compileRegexLiteral, regexLiteral } from './compile-regex.ts';
import type { ArgumentForm } from './function-types.ts';
import type { Meter } from './meter.ts';
import { toFailure } from './native-failure.ts';
import { Regex } from './regex.ts';
import { staticName } from './static-name.ts';

/** The engine takes about 100,000 before its stack overflows. */
const MAX_ARGUMENTS = 10_000;

type Argument = Expression | SpreadElement;

/**
 * Compiles the arguments of the call `name` at `place`. Functions and regular expressions may stand only where
 * `form` has a letter for them. The values still need {@link prepareArguments}.
 */
export function compileArguments(
  nodes: readonly Argument[],
  form: ArgumentForm,
  name: string,
  context: CompileContext,
  place: AnyNode,
): (frame: Frame) => unknown[] {
  assertRequired(nodes, form, name, context, place);
  const parts = nodes.map((node, position) => compileArgument(node, form[position] ?? '', name, context));
  const spreads = nodes.map(node => node.type === 'SpreadElement');
  if (!spreads.includes(true)) return frame => parts.map(part => part(frame));
  if (/[frR]/.test(form)) throw context.notAllowed(place, `the values of ${name}() cannot be spread`);
  return frame => {
    const values: unknown[] = [];
    for (const [position, part] of parts.entries()) {
      const value = part(frame);
      const elements = spreads[position] === true ? toElements(value, frame.meter) : [value];
      if (values.length + elements.length > MAX_ARGUMENTS) {
        throw frame.meter.failure(`${name}() takes at most ${MAX_ARGUMENTS} values`);
      }
      frame.meter.list(elements.length);
      values.push(...elements);
    }
    return values;
  };
}

/** Turns evaluated arguments, in their own list, into what a function of that form takes. What is beyond it is cut off. */
export function prepareArguments(values: unknown[], form: ArgumentForm, meter: Meter): readonly unknown[] {
  const repeats = form.endsWith('*');
  if (!repeats && values.length > form.length) values.length = form.length;
  for (let position = 0; position < values.length; position += 1) {
    const value = values[position];
    if (typeof value !== 'object') continue;
    switch (form[repeats ? 0 : position]) {
      case 't':
      case 'g':
      case 'R':
        values[position] = toPrimitiveOrRegex(value, meter);
        break;
      case 'n':
        values[position] = toPrimitive(value, 'number', meter);
        break;
    }
  }
  return values;
}

function compileArgument(node: Argument, letter: string, name: string, context: CompileContext): Evaluate {
  if (node.type === 'SpreadElement') return context.compile(node.argument);
  const inner = withoutBrackets(node);
  const regex = regexLiteral(inner);
  if (regex !== undefined) {
    if (letter !== 'r' && letter !== 'R') throw misplacedRegex(node, context);
    const compiled = compileRegexLiteral(regex, context);
    return () => compiled;
  }
  if (letter === 'r') {
    throw context.notAllowed(node, `${name}() needs a regular expression that is written out`, {
      expected: '/…/',
    });
  }
  const callback = compileCallback(inner, letter, context);
  if (callback !== undefined) return callback;
  if (letter === 'f' || (letter === 'F' && !isUndefined(inner, context))) {
    throw context.notAllowed(node, `${name}() needs a function`, { expected: 'x => x.id' });
  }
  return context.compile(node);
}

/** An arrow function, or the name of a listed function: `map(String)`. */
function compileCallback(
  node: Expression,
  letter: string,
  context: CompileContext,
): MakeCallback | undefined {
  const takesFunction = letter === 'f' || letter === 'F' || letter === 'g';
  if (node.type === 'ArrowFunctionExpression') {
    if (takesFunction) return compileArrow(node, context);
    throw misplacedFunction(node, context);
  }
  const name = takesFunction ? staticName(node, context) : undefined;
  const target = name === undefined ? undefined : functionNamed(name, context.place);
  if (name === undefined || target === undefined) return undefined;
  if (isVolatile(name)) context.references.isVolatile = true;
  return ({ meter }) =>
    (...values: unknown[]) => {
      meter.spend(2);
      try {
        return target.call(prepareArguments(values, target.form, meter), meter);
      } catch (error) {
        throw toFailure(error, name, meter);
      }
    };
}

/** The error for a function where no listed function takes it. */
export function misplacedFunction(node: AnyNode, context: CompileContext): Error {
  return context.notAllowed(node, 'a function may only stand as an argument of map, filter and their like');
}

/** The error for a regular expression where nothing can use it. */
export function misplacedRegex(node: AnyNode, context: CompileContext): Error {
  return context.notAllowed(
    node,
    'a regular expression may only be given to match, matchAll, replace, replaceAll, search and split, or be followed by .test() or .exec()',
  );
}

function assertRequired(
  nodes: readonly Argument[],
  form: ArgumentForm,
  name: string,
  context: CompileContext,
  place: AnyNode,
): void {
  if (nodes.length > 0) return;
  if (form.startsWith('f'))
    throw context.notAllowed(place, `${name}() needs a function`, { expected: 'x => x.id' });
  if (form.startsWith('r'))
    throw context.notAllowed(place, `${name}() needs a regular expression`, { expected: '/…/' });
}

function isUndefined(node: Expression, context: CompileContext): boolean {
  return (
    node.type === 'Identifier' && node.name === 'undefined' && context.parameter('undefined') === undefined
  );
}

function toPrimitiveOrRegex(value: unknown, meter: Meter): unknown {
  return value instanceof Regex ? value : toPrimitive(value, 'string', meter);
}
