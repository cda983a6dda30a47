import type { CallExpression, Expression, MemberExpression, NewExpression } from 'acorn';
import { nearestName } from '../base/nearest-name.ts';
import { withoutBrackets } from './acorn-parser.ts';
import {
  functionNamed,
  isVolatile,
  methodNames,
  methodsNamed,
  mutatingMethods,
  ownEntry,
  staticNames,
} from './allowed-functions.ts';
import { toPrimitive } from './coercion.ts';
import { compileArguments, prepareArguments } from './compile-arguments.ts';
import { type CompileContext, chainEnded, type Evaluate } from './compile-context.ts';
import { compileRegexLiteral, type RegexLiteral, regexLiteral } from './compile-regex.ts';
import type { Method, MethodsByKind } from './function-types.ts';
import type { Meter } from './meter.ts';
import { toFailure } from './native-failure.ts';
import { describeKind, isOwn, kindOf } from './own-property.ts';
import { matchRegex } from './regex-functions.ts';
import { constantKey, staticName } from './static-name.ts';

/** Compiles a call: of a listed function, of a listed method of a value, or of a regular expression. */
export function compileCall(node: CallExpression, context: CompileContext): Evaluate {
  const callee = node.callee.type === 'Super' ? node.callee : withoutBrackets(node.callee);
  const name = staticName(callee, context);
  if (name !== undefined) return compileStaticCall(node, name, context);
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') {
    const suggestion =
      callee.type === 'Identifier' ? nearestName(callee.name, staticNames(context.place)) : undefined;
    throw context.notAllowed(node.callee, `${context.textOf(node.callee)} cannot be called`, { suggestion });
  }
  const method = constantKey(callee);
  if (method === undefined) {
    throw context.notAllowed(callee.property, 'the name of a called function must be written out');
  }
  const regex = regexLiteral(callee.object);
  if (regex !== undefined) return compileRegexCall(node, method, regex, context);
  return compileMethodCall(node, callee, callee.object, method, context);
}

/** `new Date(…)`, the one object that can be made by its name. */
export function compileDate(node: NewExpression, context: CompileContext): Evaluate {
  if (node.arguments.length === 0) context.references.isVolatile = true;
  const evaluate = compileArguments(node.arguments, 'x*', 'Date', context, node);
  return frame => {
    const values = evaluate(frame);
    const { meter } = frame;
    meter.needsOutputCopy = true;
    if (values.length === 0) return new Date(meter.clock.now());
    const parts = values.map(value => toDatePart(value, values.length === 1, meter));
    return new Date(...(parts as [never]));
  };
}

/** A single argument may be a text or a date; several are numbers. */
function toDatePart(value: unknown, isOnly: boolean, meter: Meter): unknown {
  if (isOnly && value instanceof Date) return value.getTime();
  const part = toPrimitive(value, isOnly ? 'default' : 'number', meter);
  if (typeof part === 'bigint') throw meter.failure('a big integer cannot be used as a date');
  if (typeof part === 'string') meter.scan(part.length);
  return part;
}

function compileStaticCall(node: CallExpression, name: string, context: CompileContext): Evaluate {
  const target = functionNamed(name, context.place);
  if (target === undefined) {
    throw context.notAllowed(node.callee, `${name}() is not a function of the language`, {
      suggestion: nearestName(name, staticNames(context.place)),
    });
  }
  if (isVolatile(name)) context.references.isVolatile = true;
  const args = compileArguments(node.arguments, target.form, name, context, node);
  return frame => {
    const values = args(frame);
    try {
      return target.call(prepareArguments(values, target.form, frame.meter), frame.meter);
    } catch (error) {
      throw toFailure(error, name, frame.meter);
    }
  };
}

function compileMethodCall(
  node: CallExpression,
  callee: MemberExpression,
  object: Expression,
  name: string,
  context: CompileContext,
): Evaluate {
  const methods = methodsNamed(name);
  if (methods === undefined) throw unknownMethod(callee, name, context);
  const receiver = context.compile(object);
  const args = compileArguments(node.arguments, commonForm(methods), name, context, callee.property);
  const text = context.textOf(object);
  return frame => {
    const { meter } = frame;
    const value = receiver(frame);
    if (value === chainEnded) return chainEnded;
    if (value === undefined || value === null) {
      if (callee.optional) return chainEnded;
      throw meter.failure(`${text} is ${describeKind(value)}, so .${name}() cannot be called`);
    }
    const method = methodOf(value, name, methods);
    if (method === undefined) {
      if (node.optional && !isOwn(value, name)) return chainEnded;
      throw meter.failure(`${text} is ${describeKind(value)}, which has no ${name}()`);
    }
    const values = args(frame);
    try {
      return method.call(value, prepareArguments(values, method.form, meter), meter);
    } catch (error) {
      throw toFailure(error, name, meter);
    }
  };
}

function methodOf(
  value: NonNullable<unknown>,
  name: string,
  methods: MethodsByKind,
): Method<unknown> | undefined {
  const kind = kindOf(value);
  // A member of the data with that name hides the method, as it does in JavaScript.
  return kind === 'object' && isOwn(value, name) ? undefined : methods[kind];
}

/** Where functions and regular expressions may stand is the same for every kind of value with such a method. */
function commonForm(methods: MethodsByKind): string {
  return Object.values(methods)[0]?.form ?? '';
}

function unknownMethod(callee: MemberExpression, name: string, context: CompileContext): Error {
  const instead = ownEntry(mutatingMethods, name);
  if (instead !== undefined) {
    return context.notAllowed(callee.property, `${name}() would change a list`, { expected: instead });
  }
  return context.notAllowed(callee.property, `${name}() is not a function of the language`, {
    suggestion: nearestName(name, methodNames()),
  });
}

/** `/…/.test(text)` and `/…/.exec(text)`. Each evaluation is a new regular expression, so nothing is remembered. */
function compileRegexCall(
  node: CallExpression,
  name: string,
  literal: RegexLiteral,
  context: CompileContext,
): Evaluate {
  if (name !== 'test' && name !== 'exec') {
    throw context.notAllowed(node, `a regular expression has no ${name}()`, { expected: 'test() or exec()' });
  }
  // exec() gives the first match with its groups, whatever the flag g says.
  const regex = compileRegexLiteral(literal, context).withoutGlobal();
  const args = compileArguments(node.arguments, 't', name, context, node);
  return frame => {
    const { meter } = frame;
    const [value] = prepareArguments(args(frame), 't', meter);
    const text = String(value);
    try {
      return name === 'test' ? regex.test(text, meter) : matchRegex(text, regex, meter);
    } catch (error) {
      throw toFailure(error, name, meter);
    }
  };
}
