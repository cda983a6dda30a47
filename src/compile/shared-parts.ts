import { LruMap } from '../base/lru-map.ts';
import type { OutputsDefinition } from '../definition/definition.ts';
import { ExpressionCompiler } from '../expression/expression-compiler.ts';
import type { TemplatePlace } from '../template/compile-template.ts';
import type { TrustPlan } from '../transport/trust/trust.ts';
import type { OutputPlan } from './output-plan.ts';
import { type Parameter, type ParameterPlan, toParameterPlan } from './parameters.ts';
import type { Placed } from './placed.ts';
import type { FieldPlan, HeaderPlan, TextPlan, UrlPlan } from './text-plan.ts';

const MAX_TEXTS = 2_000;
const MAX_FIELDS = 1_000;
const MAX_URLS = 1_000;
const MAX_TRUSTS = 1_000;
const MAX_PARAMETERS = 1_000;
const MAX_POINTERS = 2_000;
const MAX_OUTPUTS = 1_000;
/** Characters; longer texts are rarely alike. */
const MAX_TEXT_LENGTH = 200;
const MAX_OUTPUTS_LENGTH = 2_000;
const MAX_PARAMETERS_LENGTH = 4_000;

/**
 * What the plans of many connections have alike, kept once for all of them: expressions, texts, lists of fields, URLs without
 * tags, outputs, parameters, pointers, and whom is trusted. It changes no plan; it only spares memory, and some compiling.
 */
export class SharedParts {
  readonly expressions: ExpressionCompiler;
  readonly #texts = new LruMap<string, TextPlan>(MAX_TEXTS);
  /** Tells the texts above apart in the keys of lists. */
  readonly #numbers = new WeakMap<TextPlan, number>();
  #count = 0;
  readonly #params = new LruMap<string, readonly FieldPlan[]>(MAX_FIELDS);
  readonly #headers = new LruMap<string, readonly HeaderPlan[]>(MAX_FIELDS);
  readonly #urls = new LruMap<string, UrlPlan>(MAX_URLS);
  readonly #parameters = new LruMap<string, ParameterPlan>(MAX_PARAMETERS);
  readonly #pointers = new LruMap<string, string>(MAX_POINTERS);
  readonly #outputs = new LruMap<string, readonly OutputPlan[]>(MAX_OUTPUTS);
  readonly #trusts = new LruMap<string, TrustPlan>(MAX_TRUSTS);

  /** `trusted`: false for definitions of strangers, whose slow expressions then run where they can be ended. */
  constructor(trusted: boolean) {
    this.expressions = new ExpressionCompiler(trusted);
  }

  /** What `compile` makes of a text for a place. One in which nothing can be a tag means the same in every definition. */
  text(source: string, place: TemplatePlace, compile: () => TextPlan): TextPlan {
    if (!isPlain(source)) return compile();
    const key = `${place} ${source}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    return this.#keep(key, compile());
  }

  /** The first plan of a text with tags that is made of the same `parts`. */
  tagged(parts: readonly unknown[], plan: TextPlan): TextPlan {
    if (plan.source.length > MAX_TEXT_LENGTH) return plan;
    const key = JSON.stringify(parts);
    return this.#texts.get(key) ?? this.#keep(key, plan);
  }

  /** The first list of query parameters that have the same names and texts, when all the texts are shared. */
  params(plans: readonly FieldPlan[]): readonly FieldPlan[] {
    return this.#fields(this.#params, plans);
  }

  /** The same for headers. */
  headers(plans: readonly HeaderPlan[]): readonly HeaderPlan[] {
    return this.#fields(this.#headers, plans);
  }

  #fields<Plan extends FieldPlan>(
    lists: LruMap<string, readonly Plan[]>,
    plans: readonly Plan[],
  ): readonly Plan[] {
    const parts = plans.map(({ name, text }) => [name, this.#numbers.get(text)]);
    if (parts.some(([, number]) => number === undefined)) return plans;
    const key = JSON.stringify(parts);
    const known = lists.get(key);
    if (known !== undefined) return known;
    lists.set(key, plans);
    return plans;
  }

  #keep(key: string, plan: TextPlan): TextPlan {
    this.#count += 1;
    this.#numbers.set(plan, this.#count);
    this.#texts.set(key, plan);
    return plan;
  }

  /** The same for a URL and its base. */
  url(baseUrl: Placed<string>, path: Placed<string>, compile: () => UrlPlan): UrlPlan {
    if (!isPlain(baseUrl.definition) || !isPlain(path.definition)) return compile();
    const key = JSON.stringify([baseUrl, path]);
    const known = this.#urls.get(key);
    if (known !== undefined) return known;
    const plan = compile();
    this.#urls.set(key, plan);
    return plan;
  }

  /** The plan of these parameters. */
  parameters(list: readonly Parameter[]): ParameterPlan {
    const key = JSON.stringify(list);
    if (key.length > MAX_PARAMETERS_LENGTH) return toParameterPlan(list);
    const known = this.#parameters.get(key);
    if (known !== undefined) return known;
    const plan = toParameterPlan(list.map(parameter => Object.freeze({ ...parameter })));
    this.#parameters.set(key, plan);
    return plan;
  }

  /** The same string for equal pointers: the templates of like connections stand at like places. */
  pointer(pointer: string): string {
    const known = this.#pointers.get(pointer);
    if (known !== undefined) return known;
    this.#pointers.set(pointer, pointer);
    return pointer;
  }

  /** What `compile` makes of the outputs at a place. Outputs that are not in order are compiled, and told, each time. */
  outputs(
    definition: OutputsDefinition,
    pointer: string,
    compile: () => readonly OutputPlan[],
  ): readonly OutputPlan[] {
    const key = `${pointer} ${JSON.stringify(definition)}`;
    if (key.length > MAX_OUTPUTS_LENGTH) return compile();
    const known = this.#outputs.get(key);
    if (known !== undefined) return known;
    const plans = compile();
    if (isWhole(plans, definition)) this.#outputs.set(key, plans);
    return plans;
  }

  /** The first plan that trusts alike. Not for those with a client certificate. */
  trust(plan: TrustPlan): TrustPlan {
    const known = this.#trusts.get(plan.key);
    if (known !== undefined) return known;
    this.#trusts.set(plan.key, plan);
    return plan;
  }
}

/** Whether a text is short and can hold no tag. */
function isPlain(source: string): boolean {
  return source.length <= MAX_TEXT_LENGTH && !/<<|\{\{/.test(source);
}

/** Whether every output has its plan. Whether children have theirs cannot be seen, so those with children never are. */
function isWhole(plans: readonly OutputPlan[], definition: OutputsDefinition): boolean {
  return (
    plans.length === Object.keys(definition).length && plans.every(({ children }) => children === undefined)
  );
}
