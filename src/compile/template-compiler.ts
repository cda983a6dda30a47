import { noEntries, orNoItems } from '../base/nothing.ts';
import type { TemplateTag } from '../definition/definition.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import type { IssueCollector } from '../errors/issue-collector.ts';
import type { CompiledExpression } from '../expression/expression.ts';
import type { ExpressionPlacing } from '../expression/expression-compiler.ts';
import type { ScopeReferences } from '../expression/scope-roots.ts';
import {
  type CompiledTemplate,
  compileTemplate,
  type TagReference,
  type TagResolver,
  type TemplatePlace,
  type ValueReader,
} from '../template/compile-template.ts';
import { compileJsonText, compileJsonTree } from '../template/json-template.ts';
import type { TemplateDiagnostic } from '../template/parse-template.ts';
import { parseTagName, type TagName } from '../template/tag-name.ts';
import { type CompiledUrl, compileUrlTemplate } from '../template/url-template.ts';
import { createUrlNormalizer } from './normal-url.ts';
import { type ParameterTable, parameterReader } from './parameters.ts';
import type { Placed } from './placed.ts';
import type { RenderScope } from './render-scope.ts';
import type { SharedParts } from './shared-parts.ts';
import { isNeeded, type KeptNames, type KnownNames, type Meaning, meaningOf } from './tag-meaning.ts';
import type { TextPlan, UrlPlan } from './text-plan.ts';
import { UsedNames } from './used-names.ts';
import { valueReaders, withNeed } from './value-readers.ts';
import { assertKnown } from './values.ts';

export interface TemplateCompilerOptions extends KnownNames {
  readonly tags: readonly TemplateTag[];
  readonly parameters: ParameterTable;
  readonly issues: IssueCollector;
  readonly shared: SharedParts;
  /** Lint warnings are added here. */
  readonly diagnostics: IssueCollector;
}

/**
 * Compiles the templates of one operation (or of the authentication) and decides what each name is: a secret, a value
 * kept from a token answer, a computed value, or else a parameter. It is decided here, once, so no caller can shadow a
 * secret.
 */
export class TemplateCompiler {
  readonly issues: IssueCollector;
  readonly #options: TemplateCompilerOptions;
  readonly #used: UsedNames;
  readonly #resolver: TagResolver<RenderScope>;
  /** The names of the tags of each text, which a plan has no use for. */
  readonly #tagNames = new WeakMap<TextPlan, readonly string[]>();

  constructor(options: TemplateCompilerOptions, used = new UsedNames()) {
    this.#options = options;
    this.#used = used;
    this.issues = options.issues;
    this.#resolver = {
      tags: options.tags,
      resolve: tag => this.#toReader(tag),
      isFixed: tag => this.#meaningOf(tag).kind !== 'parameter',
    };
  }

  /** The same compiler for templates that know further names; they come after secrets unless they hide them. */
  withLocals(isLocal: (name: string) => boolean, localsHideSecrets = false): TemplateCompiler {
    return new TemplateCompiler({ ...this.#options, isLocal, localsHideSecrets }, this.#used);
  }

  /** The same compiler for templates that are rendered when other values have been kept. */
  withKept(kept: KeptNames): TemplateCompiler {
    return new TemplateCompiler({ ...this.#options, kept }, this.#used);
  }

  /** The same compiler for a part of the templates, which can then say what that part needs. */
  apart(): TemplateCompiler {
    return new TemplateCompiler(this.#options, new UsedNames(this.#used));
  }

  /** What it has in common with the compilers of other connections. */
  get shared(): SharedParts {
    return this.#options.shared;
  }

  /** Adds a lint warning: something works, but not as written. */
  warn(issue: Issue): void {
    this.#options.diagnostics.add(issue);
  }

  /** The secrets that the templates compiled so far need. */
  get secretsUsed(): readonly string[] {
    return orNoItems([...this.#used.secrets]);
  }

  /** The computed values that they need. */
  get valuesUsed(): ReadonlySet<string> {
    return this.#used.values;
  }

  /** True when one of them needs a value kept from a token answer. */
  get usesKept(): boolean {
    return this.#used.kept.size > 0;
  }

  /** A tag of that name would be the secret, and what is kept would never be used. */
  assertNotSecret(name: string, pointer: string, kind = 'kept value'): void {
    if (!this.#options.secretNames.has(name)) return;
    const message = `The ${kind} "${name}" has the name of a secret`;
    this.issues.add({
      code: 'DEFINITION_WRONG_VALUE',
      pointer,
      message,
      expected: 'a name that no secret has',
    });
  }

  /** The names of parameters, secrets and values that an expression reads are needed as if a template had them. */
  noteReferences({ parameters, secrets, values, kept }: ScopeReferences, pointer: string): void {
    this.issues.attempt(pointer, () => {
      for (const name of secrets) assertKnown('secret', name, this.#options.secretNames);
      for (const name of values) assertKnown('value', name, this.#options.values ?? noEntries);
      for (const name of kept) assertKnown('kept value', name, this.#options.kept?.known ?? noEntries);
    });
    for (const name of secrets) this.#used.add('secrets', name);
    for (const name of values) this.#noteValue(name, pointer);
    for (const name of parameters) this.#noteParameter(name, pointer);
  }

  /** Throws EXPRESSION_SYNTAX and EXPRESSION_NOT_ALLOWED. */
  expression(source: string, placing: ExpressionPlacing): CompiledExpression {
    return this.#options.shared.expressions.compile(source, placing);
  }

  text(source: string, place: TemplatePlace, at: string): TextPlan {
    const pointer = this.#options.shared.pointer(at);
    const compile = () => this.#toText(compileTemplate(source, { ...this.#resolver, place, pointer }), place);
    return this.#attempt(pointer, () => this.#options.shared.text(source, place, compile));
  }

  jsonText(source: string, at: string): TextPlan {
    const pointer = this.#options.shared.pointer(at);
    return this.#attempt(pointer, () =>
      this.#toText(compileJsonText(source, { ...this.#resolver, pointer }), 'json'),
    );
  }

  jsonTree(json: unknown, pointer: string): TextPlan {
    return this.#attempt(pointer, () => this.#toText(compileJsonTree(json, { ...this.#resolver, pointer })));
  }

  /** A template whose value, when it is one tag, is taken as it is: bytes stay bytes. */
  value(
    source: string,
    pointer: string,
  ): { readonly read: ValueReader<RenderScope>; readonly usesSecret: boolean } {
    const at = this.#options.shared.pointer(pointer);
    const compile = () => compileTemplate(source, { ...this.#resolver, place: 'text', pointer: at });
    const template = this.issues.attempt(pointer, compile) ?? neverCompiled;
    const { soleTag, render, references } = template;
    this.#note(references, template.diagnostics);
    const read = soleTag === undefined ? render : this.#toReader(soleTag);
    return { read, usesSecret: this.#usesSecret(references) };
  }

  /** The names in the tags of a text that this compiler has compiled. */
  tagNamesIn(text: TextPlan): readonly string[] {
    return this.#tagNames.get(text) ?? [];
  }

  url(baseUrl: Placed<string>, path: Placed<string>): UrlPlan {
    const compile = () =>
      this.#toUrl(
        compileUrlTemplate({
          ...this.#resolver,
          baseUrl: { text: baseUrl.definition, pointer: baseUrl.pointer },
          path: { text: path.definition, pointer: this.#options.shared.pointer(path.pointer) },
          finish: createUrlNormalizer(baseUrl.pointer),
        }),
      );
    const { shared } = this.#options;
    return this.issues.attempt(path.pointer, () => shared.url(baseUrl, path, compile)) ?? neverUrl;
  }

  /** Notes a name that looks like a template: names of parameters and fields are sent as they are. */
  noteName(name: string, pointer: string): void {
    if (!/<<.+>>|\{\{.+\}\}/s.test(name)) return;
    const message = 'The name holds what looks like a tag; names take no tags, and this one is sent as it is';
    this.#options.diagnostics.add({ code: 'TEMPLATE_PLACE', pointer, message });
  }

  #attempt(pointer: string, compile: () => TextPlan): TextPlan {
    return this.issues.attempt(pointer, compile) ?? neverText;
  }

  /** `place` is left out for what is not shared with other connections. */
  #toText(template: CompiledTemplate<RenderScope>, place?: TemplatePlace): TextPlan {
    const { source, references, render, isAbsent } = template;
    this.#note(references, template.diagnostics);
    const usesSecret = this.#usesSecret(references);
    const made = { source, render, isAbsent, usesSecret, pointer: references[0]?.pointer };
    const meaning = place === undefined ? undefined : this.#meaningOfAll(references);
    const plan =
      meaning === undefined ? made : this.#options.shared.tagged([place, source, ...meaning], made);
    const names = references.map(({ name }) => name);
    if (names.length > 0) this.#tagNames.set(plan, names);
    return plan;
  }

  #toUrl({ references, render, diagnostics }: CompiledUrl<RenderScope>): UrlPlan {
    this.#note(references, diagnostics);
    return {
      render,
      usesSecret: this.#usesSecret(references),
      hasHostTags: references.some(({ place }) => place === 'host'),
      secretQueryNames: orNoItems(
        references.flatMap(tag =>
          tag.queryName !== undefined && this.#isSecret(tag) ? [tag.queryName] : [],
        ),
      ),
    };
  }

  #note(references: readonly TagReference[], diagnostics: readonly TemplateDiagnostic[]): void {
    for (const tag of references) {
      const meaning = this.#meaningOf(tag);
      if (meaning.kind === 'secret') this.#used.add('secrets', meaning.name);
      else if (meaning.kind === 'value') this.#noteValue(meaning.name, tag.pointer);
      else if (meaning.kind === 'kept') this.#noteKept(meaning.name, tag.pointer);
      else if (meaning.kind === 'parameter') this.#options.parameters.addUse(tag, isNeeded(tag));
    }
    for (const diagnostic of diagnostics) this.#options.diagnostics.add(toIssue(diagnostic));
  }

  /** A value needs what it is made of. */
  #noteValue(name: string, pointer: string): void {
    const plan = this.#options.values?.get(name);
    if (plan === undefined) return;
    this.#used.add('values', name);
    for (const secret of plan.secrets) this.#used.add('secrets', secret);
    for (const parameter of plan.parameters) this.#noteParameter(parameter, pointer);
  }

  #noteParameter(name: string, pointer: string): void {
    const tag = parseTagName(name);
    this.#options.parameters.addUse({ ...tag, ...plainUse, pointer }, tag.required);
  }

  #noteKept(name: string, pointer: string): void {
    this.#used.add('kept', name);
    if (this.#options.kept?.later.has(name) !== true) return;
    this.issues.add({
      code: 'TEMPLATE_PLACE',
      pointer,
      message: `"${name}" is kept from a later answer than this request`,
    });
  }

  #usesSecret(references: readonly TagReference[]): boolean {
    return references.some(tag => this.#isSecret(tag));
  }

  #isSecret(tag: TagName): boolean {
    const meaning = this.#meaningOf(tag);
    if (meaning.kind === 'value') return this.#options.values?.get(meaning.name)?.isSecret === true;
    if (meaning.kind === 'kept') return this.#options.kept?.known.get(meaning.name) !== false;
    return meaning.kind === 'secret';
  }

  /**
   * What the tags of a text mean, as long as they are parameters and nothing else: equal texts for which that is equal
   * render alike. Undefined for texts that draw on more, or on nothing.
   */
  #meaningOfAll(references: readonly TagReference[]): readonly unknown[] | undefined {
    const [first] = references;
    if (first === undefined) return undefined;
    const indices: number[] = [];
    for (const tag of references) {
      if (this.#meaningOf(tag).kind !== 'parameter') return undefined;
      indices.push(this.#options.parameters.indexOf(tag));
    }
    return [first.pointer, this.#options.tags, indices];
  }

  #meaningOf(tag: TagName): Meaning {
    return meaningOf(tag, this.#options);
  }

  #toReader(tag: TagReference): ValueReader<RenderScope> {
    const meaning = this.#meaningOf(tag);
    switch (meaning.kind) {
      case 'secret':
        return valueReaders.secret(meaning.name);
      case 'local':
        return valueReaders.local(tag.name);
      case 'kept':
        return withNeed(tag, 'The token answer held no', valueReaders.kept(meaning.name));
      case 'value':
        return withNeed(tag, 'Nothing came out for', valueReaders.value(meaning.name));
      case 'parameter':
        return parameterReader(this.#options.parameters.indexOf(tag));
    }
  }
}

/** How an expression uses a parameter: anywhere, without needing it. */
const plainUse = { kind: 'value', place: 'text', inSection: false, queryName: undefined } as const;

function toIssue({ pointer, message, line, column }: TemplateDiagnostic): Issue {
  return { code: 'TEMPLATE_SYNTAX', pointer, message: `${message} (line ${line}, column ${column})` };
}

/** Stand in for a template that has an issue; the definition then never becomes a plan. */
const neverCompiled: CompiledTemplate<RenderScope> = {
  source: '',
  references: [],
  isConstant: true,
  soleTag: undefined,
  diagnostics: [],
  render: () => '',
  isAbsent: () => false,
};
const neverText: TextPlan = { ...neverCompiled, usesSecret: false, pointer: undefined };
const neverUrl: UrlPlan = { render: () => '', usesSecret: false, hasHostTags: false, secretQueryNames: [] };
