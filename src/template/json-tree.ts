import { joinPointer } from '../base/json-pointer.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { compileNodes, type PlaceLexer, readSoleTag } from './compile-nodes.ts';
import type { TagReference, TagResolver, ValueReader } from './compile-template.ts';
import { encodeJson, escapeJsonText, toText } from './encode-json.ts';
import { parseTemplate, type TemplateDiagnostic } from './parse-template.ts';
import { toDynamic } from './renderers.ts';
import { toStrictJson } from './strict-json.ts';
import { coerceToHint } from './type-hint.ts';

/** JSON that is always the same, or what renders it; undefined when its value is absent. */
export type TreePart<Scope> = string | ((scope: Scope) => string | undefined);

const MAX_DEPTH = 200;

/** Compiles one JSON tree; gathers what its texts refer to. */
export class TreeCompiler<Scope> {
  readonly references: TagReference[] = [];
  /** The tags of the texts that are one tag. */
  readonly soleTags: TagReference[] = [];
  readonly diagnostics: TemplateDiagnostic[] = [];
  readonly #resolver: TagResolver<Scope>;

  constructor(resolver: TagResolver<Scope>) {
    this.#resolver = resolver;
  }

  compile(json: unknown, pointer: string, depth: number): TreePart<Scope> {
    if (depth > MAX_DEPTH) throw notJson(pointer, `at most ${MAX_DEPTH} levels`);
    if (typeof json === 'string') return this.#compileText(json, pointer, true);
    if (Array.isArray(json)) {
      return toList(json.map((item, index) => this.compile(item, joinPointer(pointer, index), depth + 1)));
    }
    if (typeof json === 'object' && json !== null) {
      const fields = Object.entries(json).map(([name, value]) => {
        const place = joinPointer(pointer, name);
        return { name: this.#compileText(name, place, false), value: this.compile(value, place, depth + 1) };
      });
      return toObject(fields, pointer);
    }
    const constant = typeof json === 'bigint' ? String(json) : JSON.stringify(json);
    if (constant === undefined) throw notJson(pointer, 'a JSON value');
    return constant;
  }

  #compileText(text: string, pointer: string, isValue: boolean): TreePart<Scope> {
    const source = { text, pointer };
    const { nodes, diagnostics } = parseTemplate(source, this.#resolver.tags);
    const { part, references } = compileNodes(source, nodes, jsonStringLexer, this.#resolver);
    this.references.push(...references);
    this.diagnostics.push(...diagnostics);
    const { soleTag, read } = readSoleTag(nodes, references, this.#resolver);
    if (isValue && soleTag !== undefined && read !== undefined) {
      this.soleTags.push(soleTag);
      return soleTag.kind === 'raw' ? insertJson(soleTag, read) : encodeValue(soleTag, read);
    }
    if (typeof part === 'string') return `"${part}"`;
    const render = toDynamic(part);
    return scope => `"${render(scope, undefined)}"`;
  }
}

/** The inside of a JSON string. */
const jsonStringLexer: PlaceLexer = {
  place: 'json',
  text: escapeJsonText,
  escape: tag => value => escapeJsonText(toText(value, tag)),
  enterSection: () => () => {},
};

function encodeValue<Scope>(tag: TagReference, read: ValueReader<Scope>): TreePart<Scope> {
  return scope => {
    const value = read(scope) ?? undefined;
    return value === undefined ? undefined : encodeJson(coerceToHint(value, tag.hint), tag);
  };
}

/** A raw tag inserts JSON text, which must be one whole JSON value. */
function insertJson<Scope>(tag: TagReference, read: ValueReader<Scope>): TreePart<Scope> {
  return scope => {
    const value = read(scope) ?? undefined;
    if (value === undefined) return undefined;
    const strict = toStrictJson(toText(value, tag));
    if ('json' in strict) return strict.json;
    throw new FerruleError('BODY_NOT_JSON', `The value of "${tag.name}" is not JSON text`, {
      pointer: tag.pointer,
      expected: strict.problem.expected,
    });
  };
}

function toList<Scope>(items: readonly TreePart<Scope>[]): TreePart<Scope> {
  if (items.every(item => typeof item === 'string')) return `[${items.join(',')}]`;
  return scope => {
    let json = '[';
    for (const [index, item] of items.entries()) {
      json += (index === 0 ? '' : ',') + ((typeof item === 'string' ? item : item(scope)) ?? 'null');
    }
    return `${json}]`;
  };
}

interface Field<Scope> {
  readonly name: TreePart<Scope>;
  readonly value: TreePart<Scope>;
}

function toObject<Scope>(fields: readonly Field<Scope>[], pointer: string): TreePart<Scope> {
  const hasFixedNames = fields.every(({ name }) => typeof name === 'string');
  if (hasFixedNames && fields.every(({ value }) => typeof value === 'string')) {
    return `{${fields.map(({ name, value }) => `${name}:${value}`).join(',')}}`;
  }
  return scope => {
    const names = hasFixedNames ? undefined : new Set<string>();
    let json = '{';
    for (const { name, value } of fields) {
      const renderedValue = typeof value === 'string' ? value : value(scope);
      const renderedName = typeof name === 'string' ? name : name(scope);
      if (renderedValue === undefined || renderedName === undefined) continue;
      if (names?.has(renderedName) === true) throw repeatedName(pointer);
      names?.add(renderedName);
      json += `${json === '{' ? '' : ','}${renderedName}:${renderedValue}`;
    }
    return `${json}}`;
  };
}

/** A value may name a field, but not take the place of another one. */
function repeatedName(pointer: string): FerruleError {
  return new FerruleError('VALUE_REFUSED', 'A value gives a field the name that another field has', {
    pointer,
  });
}

function notJson(pointer: string, expected: string): FerruleError {
  return new FerruleError('BODY_NOT_JSON', 'The body is not a JSON value', {
    stage: 'compile',
    pointer,
    expected,
  });
}
