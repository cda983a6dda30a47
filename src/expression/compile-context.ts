import type { AnyNode, Expression } from 'acorn';
import { FerruleError } from '../errors/ferrule-error.ts';
import { nestingError } from './acorn-parser.ts';
import type { ExpressionPlace, ExpressionScope } from './expression.ts';
import { type Meter, quote } from './meter.ts';
import { ReferenceCollector } from './scope-roots.ts';

/** What one evaluation carries: the scope, the parameters of running callbacks, the budget. */
export interface Frame {
  readonly scope: ExpressionScope;
  /** One slot for each callback parameter of the source: callbacks cannot call themselves, so one is enough. */
  readonly slots: unknown[];
  readonly meter: Meter;
}

/** A compiled part of an expression. */
export type Evaluate = (frame: Frame) => unknown;

/** Given by a part of an optional chain that ended early: the rest of the chain is skipped. */
export const chainEnded: unique symbol = Symbol('chain ended');

/** Levels of nesting of the source: each costs up to three stack frames when it runs. */
const MAX_NODE_DEPTH = 250;
const MAX_QUOTED_PART = 60;

/** What the compilation of one expression knows on its way down the tree. */
export class CompileContext {
  readonly source: string;
  readonly pointer: string;
  readonly place: ExpressionPlace;
  readonly references = new ReferenceCollector();
  /** Nodes seen since the last callback began: what running them once costs. */
  weight = 0;
  slotCount = 0;
  readonly #compileNode: (node: Expression, context: CompileContext) => Evaluate;
  /** Parameters by name, innermost last. */
  readonly #parameters: (readonly [name: string, slot: number])[] = [];
  #depth = 0;

  constructor(
    source: string,
    pointer: string,
    place: ExpressionPlace,
    compileNode: (node: Expression, context: CompileContext) => Evaluate,
  ) {
    this.source = source;
    this.pointer = pointer;
    this.place = place;
    this.#compileNode = compileNode;
  }

  compile(node: Expression): Evaluate {
    this.#depth += 1;
    this.weight += 1;
    if (this.#depth > MAX_NODE_DEPTH) throw nestingError(this.source, this.pointer);
    const evaluate = this.#compileNode(node, this);
    this.#depth -= 1;
    return evaluate;
  }

  /** Makes a parameter known until the enclosing {@link withParameters} ends, and gives its slot. */
  declare(name: string): number {
    const slot = this.slotCount;
    this.slotCount += 1;
    this.#parameters.push([name, slot]);
    return slot;
  }

  /** Runs `work`; what it declares is forgotten afterwards. */
  withParameters<Result>(work: () => Result): Result {
    const known = this.#parameters.length;
    try {
      return work();
    } finally {
      this.#parameters.length = known;
    }
  }

  parameter(name: string): number | undefined {
    return this.#parameters.findLast(([known]) => known === name)?.[1];
  }

  parameterNames(): readonly string[] {
    return this.#parameters.map(([name]) => name);
  }

  /** The source of a node, for messages. */
  textOf(node: AnyNode): string {
    const text = this.source.slice(node.start, node.end).replaceAll(/\s+/g, ' ');
    return text.length > MAX_QUOTED_PART ? `${text.slice(0, MAX_QUOTED_PART)}…` : text;
  }

  /** The error for something outside the language. `reason` is a clause that names it. */
  notAllowed(
    node: AnyNode,
    reason: string,
    options: { readonly expected?: string; readonly suggestion?: string | undefined } = {},
  ): FerruleError {
    return new FerruleError(
      'EXPRESSION_NOT_ALLOWED',
      `The expression ${quote(this.source)} cannot be used: ${reason} (at character ${node.start + 1})`,
      { pointer: this.pointer, details: { position: node.start }, ...options },
    );
  }
}
