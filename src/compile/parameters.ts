import { nearestName } from '../base/nearest-name.ts';
import type { InputDefinition } from '../definition/definition.ts';
import type { TagReference } from '../template/compile-template.ts';
import { parseTagName, type TagName } from '../template/tag-name.ts';
import type { TypeHint } from '../template/type-hint.ts';
import type { ParameterValues } from './parameter-values.ts';

/** One parameter of an operation: every tag that means the same value. */
export interface Parameter {
  /** Its place among all that a call of the operation may give, from 0. */
  readonly index: number;
  /** As first written: `Limit [0-1000]*`. */
  readonly name: string;
  /** Without marker and hint: `Limit`. */
  readonly base: string;
  readonly hint: TypeHint | undefined;
  readonly required: boolean;
  /** What the definition declares about it under `inputs`. */
  readonly declared: InputDefinition | undefined;
  /** JSON pointers of the templates that use it. */
  readonly uses: readonly string[];
}

/** Reads the value of one parameter. */
export type ParameterReader = (scope: { readonly parameters: Pick<ParameterValues, 'at'> }) => unknown;

interface GrowingParameter extends Parameter {
  required: boolean;
  uses: readonly string[];
}

/** The parameters of one operation, found in its templates while they are compiled and declared under `inputs`. */
export class ParameterTable {
  /** The places of those that are used in several; a list would be searched for each use. */
  readonly #places = new Map<GrowingParameter, Set<string>>();
  readonly #byKey = new Map<string, GrowingParameter>();
  readonly #declared: Readonly<Record<string, InputDefinition>>;
  readonly #firstIndex: number;

  /** `firstIndex` is how many parameters stand in tables before this one, which calls give values to as well. */
  constructor(declared: Readonly<Record<string, InputDefinition>> = {}, firstIndex = 0) {
    this.#declared = declared;
    this.#firstIndex = firstIndex;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** The number of the parameter that a tag means. Tags that differ only by the `*` marker mean the same one. */
  indexOf(tag: TagName): number {
    return this.#findOrAdd(tag).index;
  }

  /** Records that a template uses the tag; `required` when it cannot do without a value. */
  addUse(tag: TagReference, required: boolean): void {
    const parameter = this.#findOrAdd(tag);
    parameter.required ||= required;
    if (parameter.uses.length === 0) parameter.uses = [tag.pointer];
    else if (parameter.uses[0] !== tag.pointer) this.#placesOf(parameter).add(tag.pointer);
  }

  /** Every parameter, in the order of first use. */
  toList(): readonly Parameter[] {
    for (const [parameter, places] of this.#places) parameter.uses = [...places];
    return [...this.#byKey.values()];
  }

  /** The declared inputs that no template uses. */
  unusedDeclarations(): readonly string[] {
    const used = new Set([...this.#byKey.values()].flatMap(({ name, base }) => [name, base]));
    return Object.keys(this.#declared).filter(name => !used.has(name));
  }

  #placesOf(parameter: GrowingParameter): Set<string> {
    const known = this.#places.get(parameter);
    if (known !== undefined) return known;
    const places = new Set(parameter.uses);
    this.#places.set(parameter, places);
    return places;
  }

  #findOrAdd(tag: TagName): GrowingParameter {
    const key = toKey(tag);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const declared = this.#declarationOf(tag);
    const parameter: GrowingParameter = {
      index: this.#firstIndex + this.#byKey.size,
      name: tag.name,
      base: tag.base,
      hint: tag.hint,
      declared,
      required: tag.required || declared?.required === true,
      uses: [],
    };
    this.#byKey.set(key, parameter);
    return parameter;
  }

  #declarationOf(tag: TagName): InputDefinition | undefined {
    const name = [tag.name, tag.base].find(candidate => Object.hasOwn(this.#declared, candidate));
    return name === undefined ? undefined : this.#declared[name];
  }
}

/** The parameters of one place of use, to be bound: with every index below the length of the list. */
export interface ParameterPlan {
  readonly list: readonly Parameter[];
  readonly names: ParameterNames;
}

/** The plan of a list; the same for every empty one. */
export function toParameterPlan(list: readonly Parameter[]): ParameterPlan {
  return list.length === 0 ? noParameters : { list, names: new ParameterNames(list) };
}

/** Which parameters a caller's name means: none, one, or several of the same base name and at most one hint. */
export class ParameterNames {
  /** Made when a name is first looked up. */
  #byName: ReadonlyMap<string, readonly Parameter[]> | undefined;
  readonly #all: readonly Parameter[];
  /** The names that were given last, and what they mean: most callers give the same ones each time. */
  #last:
    | { readonly names: readonly string[]; readonly meanings: readonly (readonly Parameter[])[] }
    | undefined;

  constructor(parameters: readonly Parameter[]) {
    this.#all = parameters;
  }

  /** Of each name, the parameters it means, written as in a tag or without marker and hint. */
  matchAll(names: readonly string[]): readonly (readonly Parameter[])[] {
    if (this.#last !== undefined && areAlike(names, this.#last.names)) return this.#last.meanings;
    const meanings = names.map(name => {
      const exact = this.match(name);
      return exact.length > 0 ? exact : this.match(parseTagName(name).base);
    });
    if (meanings.every(parameters => parameters.length > 0)) this.#last = { names, meanings };
    return meanings;
  }

  /** The parameters of that name; exact names first, then names without marker and hint. */
  match(name: string): readonly Parameter[] {
    this.#byName ??= toNames(this.#all);
    return this.#byName.get(name) ?? [];
  }

  nearest(name: string): string | undefined {
    return nearestName(
      name,
      this.#all.map(({ base }) => base),
    );
  }
}

function areAlike(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let index = 0; index < names.length; index++) if (names[index] !== others[index]) return false;
  return true;
}

const noParameters: ParameterPlan = { list: [], names: new ParameterNames([]) };

function toNames(parameters: readonly Parameter[]): ReadonlyMap<string, readonly Parameter[]> {
  const byName = new Map<string, readonly Parameter[]>();
  const byBase = Map.groupBy(parameters, ({ base }) => base);
  for (const [base, grown] of byBase) {
    const sameBase = grown.slice();
    const hints = new Set(sameBase.map(({ hint }) => hint?.text).filter(text => text !== undefined));
    if (hints.size > 1) continue;
    byName.set(base, sameBase);
    for (const { name } of sameBase) byName.set(name, sameBase);
  }
  for (const parameter of parameters) {
    if (!byName.has(parameter.name)) byName.set(parameter.name, [parameter]);
  }
  return byName;
}

const readers: ParameterReader[] = [];

/** Reads the parameter of a number. One function for all parameters of that number, whichever connection they are of. */
export function parameterReader(index: number): ParameterReader {
  const known = readers[index];
  if (known !== undefined) return known;
  const reader: ParameterReader = scope => scope.parameters.at(index);
  readers[index] = reader;
  return reader;
}

function toKey({ base, hint }: TagName): string {
  return hint === undefined ? base : `${base} [${hint.text}]`;
}
