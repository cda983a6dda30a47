import type { TemplateTag } from '../definition/definition.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import type { IssueCollector } from '../errors/issue-collector.ts';
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
import type { TagName } from '../template/tag-name.ts';
import { type CompiledUrl, compileUrlTemplate } from '../template/url-template.ts';
import { createUrlNormalizer } from './normal-url.ts';
import type { ParameterTable } from './parameters.ts';
import type { RenderScope } from './render-scope.ts';
import type { Placed } from './request-plan.ts';
import type { TextPlan, UrlPlan } from './text-plan.ts';

export interface TemplateCompilerOptions {
  /** Names of secrets: a tag of such a name is that secret, whatever a caller passes. */
  readonly secretNames: ReadonlySet<string>;
  readonly tags: readonly TemplateTag[];
  readonly parameters: ParameterTable;
  readonly issues: IssueCollector;
  /** Lint warnings are added here. */
  readonly diagnostics: IssueCollector;
}

/**
 * Compiles the templates of one operation (or of the authentication) and decides what each name is: a secret,
 * or else a parameter. It is decided here, once, so no caller can shadow a secret.
 */
export class TemplateCompiler {
  readonly issues: IssueCollector;
  readonly #options: TemplateCompilerOptions;
  readonly #secretsUsed = new Set<string>();
  readonly #resolver: TagResolver<RenderScope>;

  constructor(options: TemplateCompilerOptions) {
    this.#options = options;
    this.issues = options.issues;
    this.#resolver = {
      tags: options.tags,
      resolve: tag => this.#toReader(tag),
      isFixed: tag => this.#secretOf(tag) !== undefined,
    };
  }

  /** The secrets that the templates compiled so far need. */
  get secretsUsed(): readonly string[] {
    return [...this.#secretsUsed];
  }

  text(source: string, place: TemplatePlace, pointer: string): TextPlan {
    return this.#compile(pointer, () => compileTemplate(source, { ...this.#resolver, place, pointer }));
  }

  jsonText(source: string, pointer: string): TextPlan {
    return this.#compile(pointer, () => compileJsonText(source, { ...this.#resolver, pointer }));
  }

  jsonTree(json: unknown, pointer: string): TextPlan {
    return this.#compile(pointer, () => compileJsonTree(json, { ...this.#resolver, pointer }));
  }

  /** The value of a template that is one tag, as it is: bytes stay bytes. undefined for any other template. */
  soleValue({ soleTag }: TextPlan): ValueReader<RenderScope> | undefined {
    return soleTag === undefined ? undefined : this.#toReader(soleTag);
  }

  url(baseUrl: Placed<string>, path: Placed<string>): UrlPlan {
    const compile = () =>
      compileUrlTemplate({
        ...this.#resolver,
        baseUrl: { text: baseUrl.definition, pointer: baseUrl.pointer },
        path: { text: path.definition, pointer: path.pointer },
      });
    const url: CompiledUrl<RenderScope> = this.issues.attempt(path.pointer, compile) ?? neverCompiled;
    this.#note(url.references, url.diagnostics);
    const normalize = createUrlNormalizer(baseUrl.pointer);
    return {
      ...url,
      render: scope => normalize(url.render(scope)),
      usesSecret: this.#usesSecret(url.references),
    };
  }

  /** The names of query parameters, written out in the URL, whose value is a secret. */
  secretQueryNames({ references }: UrlPlan): readonly string[] {
    return references.flatMap(tag =>
      tag.queryName !== undefined && this.#secretOf(tag) !== undefined ? [tag.queryName] : [],
    );
  }

  /** Notes a name that looks like a template: names of parameters and fields are sent as they are. */
  noteName(name: string, pointer: string): void {
    if (!/<<.+>>|\{\{.+\}\}/s.test(name)) return;
    const message = 'The name holds what looks like a tag; names take no tags, and this one is sent as it is';
    this.#options.diagnostics.add({ code: 'TEMPLATE_PLACE', pointer, message });
  }

  #compile(pointer: string, compile: () => CompiledTemplate<RenderScope>): TextPlan {
    const template = this.issues.attempt(pointer, compile) ?? neverCompiled;
    this.#note(template.references, template.diagnostics);
    return { ...template, usesSecret: this.#usesSecret(template.references) };
  }

  #note(references: readonly TagReference[], diagnostics: readonly TemplateDiagnostic[]): void {
    for (const tag of references) {
      const secret = this.#secretOf(tag);
      if (secret === undefined) this.#options.parameters.addUse(tag, isNeeded(tag));
      else this.#secretsUsed.add(secret);
    }
    for (const diagnostic of diagnostics) this.#options.diagnostics.add(toIssue(diagnostic));
  }

  #usesSecret(references: readonly TagReference[]): boolean {
    return references.some(tag => this.#secretOf(tag) !== undefined);
  }

  #secretOf({ name, base }: TagName): string | undefined {
    return [name, base].find(candidate => this.#options.secretNames.has(candidate));
  }

  #toReader(tag: TagReference): ValueReader<RenderScope> {
    const secret = this.#secretOf(tag);
    if (secret !== undefined) return scope => scope.secrets.get(secret);
    const parameter = this.#options.parameters.find(tag);
    return scope => scope.parameters.get(parameter);
  }
}

function toIssue({ pointer, message, line, column }: TemplateDiagnostic): Issue {
  return { code: 'TEMPLATE_SYNTAX', pointer, message: `${message} (line ${line}, column ${column})` };
}

/** A path or host cannot do without its values, unless a section makes them optional. */
function isNeeded({ required, inSection, place, kind, queryName }: TagReference): boolean {
  if (required) return true;
  const isValue = kind === 'value' || kind === 'raw';
  return isValue && !inSection && queryName === undefined && (place === 'path' || place === 'host');
}

/** Stands in for a template that has an issue; the definition then never becomes a plan. */
const neverCompiled: CompiledTemplate<RenderScope> = {
  source: '',
  references: [],
  isConstant: true,
  soleTag: undefined,
  diagnostics: [],
  render: () => '',
  isAbsent: () => false,
};
