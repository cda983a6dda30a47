import type { CompiledTemplate, TagReference, TagResolver, ValueReader } from './compile-template.ts';
import type { ParsedTemplate, SectionNode, TemplateNode, ValueNode } from './parse-template.ts';
import { asItIs, constantly, toAbsence, toDynamic, toRender, toSequence, toWriter } from './renderers.ts';
import { type Frame, lookUp, notFound } from './section-lookup.ts';
import type { TemplateSource } from './text-position.ts';
import { coerceToHint } from './type-hint.ts';
import { invalidValue } from './value-errors.ts';
import { isFalsy } from './value-text.ts';

/** Writes one value where its tag stands. */
export type Escape = (value: unknown) => string;

/** Knows a place: follows the static text from left to right and says how a value is written where it stands. */
export interface PlaceLexer {
  /** Where the text read so far has led. */
  readonly place: TagReference['place'];
  readonly queryName?: string | undefined;
  /** Reads static text; gives it back as it is sent. */
  text(text: string, offset: number): string;
  escape(tag: TagReference, offset: number): Escape;
  /**
   * Called before a section; the function it returns is called behind it. Throws TEMPLATE_PLACE when a section may
   * not stand here or leaves the lexer where it did not find it: it can be rendered never, once or many times.
   */
  enterSection(name: string, offset: number): () => void;
}

/** A compiled stretch of a template: static text, or what renders it. */
export type Part<Scope> = string | DynamicPart<Scope>;
export type DynamicPart<Scope> = (scope: Scope, frame?: Frame) => string;

export interface CompiledNodes<Scope> {
  readonly part: Part<Scope>;
  readonly references: readonly TagReference[];
}

/**
 * The parts of a parsed template put together. `chooseFinish` is asked once the lexer has read everything; what it
 * returns has the last word on each rendered text.
 */
export function assembleTemplate<Scope>(
  source: TemplateSource,
  parsed: ParsedTemplate,
  lexer: PlaceLexer,
  resolver: TagResolver<Scope>,
  chooseFinish: () => (text: string) => string = () => asItIs,
): CompiledTemplate<Scope> {
  const { part, references } = compileNodes(source, parsed.nodes, lexer, resolver);
  const finish = chooseFinish();
  const { read, soleTag } = readSoleTag(parsed.nodes, references, resolver);
  return Object.freeze({
    source: source.text,
    references,
    isConstant: typeof part === 'string',
    soleTag,
    diagnostics: parsed.diagnostics,
    render: typeof part === 'string' ? constantly(finish(part)) : toRender(part, finish),
    isAbsent: toAbsence(read),
  });
}

/** Compiles nodes one after the other, as the lexer has to read them. */
export function compileNodes<Scope>(
  source: TemplateSource,
  nodes: readonly TemplateNode[],
  lexer: PlaceLexer,
  resolver: TagResolver<Scope>,
): CompiledNodes<Scope> {
  const compiler = new NodeCompiler(source, lexer, resolver);
  const part = compiler.compileAll(nodes, 0);
  return { part, references: Object.freeze(compiler.references) };
}

/** The reader of a template that is one value tag and nothing else. */
export function readSoleTag<Scope>(
  nodes: readonly TemplateNode[],
  references: readonly TagReference[],
  resolver: TagResolver<Scope>,
): { readonly soleTag: TagReference | undefined; readonly read: ValueReader<Scope> | undefined } {
  const [node] = nodes;
  const [soleTag] = references;
  const isSole = nodes.length === 1 && (node?.kind === 'value' || node?.kind === 'raw');
  return isSole && soleTag !== undefined
    ? { soleTag, read: resolver.resolve(soleTag) }
    : { soleTag: undefined, read: undefined };
}

class NodeCompiler<Scope> {
  readonly references: TagReference[] = [];
  readonly #source: TemplateSource;
  readonly #lexer: PlaceLexer;
  readonly #resolver: TagResolver<Scope>;

  constructor(source: TemplateSource, lexer: PlaceLexer, resolver: TagResolver<Scope>) {
    this.#source = source;
    this.#lexer = lexer;
    this.#resolver = resolver;
  }

  compileAll(nodes: readonly TemplateNode[], depth: number): Part<Scope> {
    return concatenate(nodes.map(node => this.#compile(node, depth)));
  }

  #compile(node: TemplateNode, depth: number): Part<Scope> {
    if (node.kind === 'text') return this.#lexer.text(node.text, node.offset);
    const tag = this.#toReference(node, depth);
    if (node.name.name !== '.') this.references.push(tag);
    const read = this.#compileRead(tag);
    if (node.kind === 'section' || node.kind === 'inverted')
      return this.#compileSection(node, tag, read, depth);
    const write = this.#lexer.escape(tag, node.offset);
    return toWriter(read, write);
  }

  #compileSection(
    node: SectionNode,
    tag: TagReference,
    read: (scope: Scope, frame?: Frame) => unknown,
    depth: number,
  ): Part<Scope> {
    const leave = this.#lexer.enterSection(node.name.name, node.offset);
    const body = toDynamic(this.compileAll(node.children, depth + 1));
    leave();
    return node.kind === 'inverted' ? invertedSection(tag, read, body) : section(tag, read, body);
  }

  #compileRead(tag: TagReference): (scope: Scope, frame?: Frame) => unknown {
    if (tag.name === '.') return readItem;
    const read = this.#resolver.resolve(tag);
    if (!tag.inSection || this.#resolver.isFixed?.(tag) === true) return read;
    return toItemReader(tag, read);
  }

  #toReference({ name, kind }: ValueNode | SectionNode, depth: number): TagReference {
    const { place, queryName } = this.#lexer;
    const { pointer } = this.#source;
    // Written out: a spread would make objects a third larger, and the errors of rendering keep these.
    const { name: written, base, required, hint } = name;
    const inSection = depth > 0;
    return Object.freeze({ name: written, base, required, hint, kind, place, inSection, pointer, queryName });
  }
}

const readItem = (_scope: unknown, frame?: Frame): unknown => frame?.item;

function toItemReader<Scope>(
  tag: TagReference,
  read: ValueReader<Scope>,
): (scope: Scope, frame?: Frame) => unknown {
  const path = tag.base.split('.');
  return (scope, frame) => {
    const found = lookUp(frame, tag, path);
    return found === notFound ? read(scope) : found;
  };
}

function section<Scope>(
  tag: TagReference,
  read: (scope: Scope, frame?: Frame) => unknown,
  body: DynamicPart<Scope>,
): DynamicPart<Scope> {
  return (scope, frame) => {
    const value = readCondition(read(scope, frame), tag);
    if (isFalsy(value)) return '';
    const outerRepetitions = frame?.repetitions ?? 1;
    if (Array.isArray(value)) {
      const repetitions = outerRepetitions * value.length;
      if (repetitions > MAX_REPETITIONS) throw invalidValue(tag, value, tooMuch);
      let rendered = '';
      for (const item of value) {
        rendered += body(scope, { item, outer: frame, repetitions });
        if (rendered.length > MAX_SECTION_LENGTH) throw invalidValue(tag, value, tooMuch);
      }
      return rendered;
    }
    if (typeof value === 'boolean') return body(scope, frame);
    return body(scope, { item: value, outer: frame, repetitions: outerRepetitions });
  };
}

/**
 * Lists inside lists multiply, and rendering cannot be interrupted. Where the product of the lengths on every way in
 * stays below a number, so does the number of times the innermost body is rendered.
 */
const MAX_REPETITIONS = 1_000_000;
/** Half of what V8 can hold in one text. */
const MAX_SECTION_LENGTH = 2 ** 28;
const tooMuch = `sections that repeat at most ${MAX_REPETITIONS} times and make ${MAX_SECTION_LENGTH} characters`;

function invertedSection<Scope>(
  tag: TagReference,
  read: (scope: Scope, frame?: Frame) => unknown,
  body: DynamicPart<Scope>,
): DynamicPart<Scope> {
  return (scope, frame) => (isFalsy(readCondition(read(scope, frame), tag)) ? body(scope, frame) : '');
}

function readCondition(value: unknown, tag: TagReference): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw invalidValue(tag, value);
  return coerceToHint(value, tag.hint);
}

/** Joins neighbouring static texts, so that rendering touches as few parts as there are tags. */
function concatenate<Scope>(parts: readonly Part<Scope>[]): Part<Scope> {
  const merged: Part<Scope>[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else if (part !== '') merged.push(part);
  }
  const [only = ''] = merged;
  // A copy, which has no room to grow.
  return merged.length < 2 ? only : toSequence(merged.slice());
}
