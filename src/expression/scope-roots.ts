import type { ExpressionPlace } from './expression.ts';

/** Roots whose members are named by the author. A name is always written out, so that it is known what is read. */
export type NamedRoot = 'parameters' | 'secrets' | 'values' | 'kept';

/** What an expression reads by name, found while it is compiled. */
export interface ScopeReferences {
  readonly parameters: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  readonly kept: ReadonlySet<string>;
  /** True when time or chance go into the value: each evaluation may give another one. */
  readonly isVolatile: boolean;
}

const answer = ['body', 'headers', 'statusCode'] as const;

const dataRoots = {
  response: answer,
  child: [...answer, 'current', 'index'],
  token: answer,
  value: [],
  signing: ['request'],
} as const satisfies Readonly<Record<ExpressionPlace, readonly string[]>>;

const namedRoots: Readonly<Record<ExpressionPlace, readonly NamedRoot[]>> = {
  response: [],
  child: [],
  token: ['parameters', 'secrets', 'values', 'kept'],
  value: ['parameters', 'secrets', 'values'],
  signing: ['parameters', 'secrets', 'values'],
};

export type DataRoot = (typeof dataRoots)[ExpressionPlace][number];

/** The root of that name whose value is the answer's or the element's. */
export function dataRoot(name: string, place: ExpressionPlace): DataRoot | undefined {
  const roots: readonly DataRoot[] = dataRoots[place];
  return roots.find(root => root === name);
}

/** The root of that name whose members are named by the author. */
export function namedRoot(name: string, place: ExpressionPlace): NamedRoot | undefined {
  return namedRoots[place].find(root => root === name);
}

/** Every root of a place, for messages. */
export function rootNames(place: ExpressionPlace): readonly string[] {
  return [...dataRoots[place], ...namedRoots[place]];
}

/** Gathers references while an expression is compiled. */
export class ReferenceCollector implements ScopeReferences {
  readonly parameters = new Set<string>();
  readonly secrets = new Set<string>();
  readonly values = new Set<string>();
  readonly kept = new Set<string>();
  isVolatile = false;
}
