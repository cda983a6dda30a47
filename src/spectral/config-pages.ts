import type { ConfigVar, ConfigVarValueTypes } from './config-vars.ts';
import type { Connection, ConnectionFields } from './connection-value.ts';
import type {
  IntegrationDefinitionConfigPages,
  IntegrationDefinitionScopedConfigVars,
  IntegrationDefinitionUserLevelConfigPages,
} from './index.ts';
import type { KeyValuePair } from './input-fields.ts';
import type { ScopedConfigVar } from './scoped-config-vars.ts';

/** What stands on a page: a variable, or a text as HTML. */
export type ConfigPageElement = string | ConfigVar;

/** A page of the wizard that configures an integration. */
export interface ConfigPage {
  elements: Record<string, ConfigPageElement>;
  tagline?: string | undefined;
}

/** A page that each user of a customer fills in. */
export type UserLevelConfigPage = ConfigPage;

export type ConfigPages = Record<string, ConfigPage>;
export type UserLevelConfigPages = Record<string, UserLevelConfigPage>;
export type ScopedConfigVarMap = Record<string, ScopedConfigVar | string>;

/**
 * What a flow reads as `context.configVars`, given the type of its pages: `ConfigVarsOf<typeof configPages>`.
 * A variable of a page is there under its name.
 */
export type ConfigVarsOf<Pages> = UnionToIntersection<
  {
    [Page in keyof Pages]: Pages[Page] extends { elements: infer Elements } ? ElementValues<Elements> : never;
  }[keyof Pages]
>;

/**
 * What a flow reads as `context.configVars` when it is told nothing else: the variables of the pages that a module
 * augmentation of `ferrule/spectral` has registered, or unchecked values when there is none.
 */
export type ConfigVars = keyof Registered extends never
  ? UncheckedConfigVars
  : ConfigVarsOf<IntegrationDefinitionConfigPages> &
      ConfigVarsOf<IntegrationDefinitionUserLevelConfigPages> &
      ElementValues<IntegrationDefinitionScopedConfigVars>;

interface Registered
  extends IntegrationDefinitionConfigPages,
    IntegrationDefinitionUserLevelConfigPages,
    IntegrationDefinitionScopedConfigVars {}

/** Nobody has said what the variables are, so nothing can be checked about them: the type that JSON.parse gives. */
export interface UncheckedConfigVars {
  [name: string]: ReturnType<typeof JSON.parse>;
}

type ElementValues<Elements> = {
  [Name in keyof Elements as Elements[Name] extends string ? never : Name]: ElementValue<Elements[Name]>;
};

type ElementValue<Element> = Element extends { dataType: 'connection' | 'userScopedConnection' }
  ? Connection<Element extends { inputs: infer Inputs } ? ConnectionFields<Inputs> : Record<string, unknown>>
  : Element extends { dataType: infer Type extends keyof ConfigVarValueTypes }
    ? InCollection<ConfigVarValueTypes[Type], Element>
    : Element extends { dataSourceType: infer Type extends keyof ConfigVarValueTypes }
      ? InCollection<ConfigVarValueTypes[Type], Element>
      : unknown;

type InCollection<Value, Element> = Element extends { collectionType: 'valuelist' }
  ? Value[]
  : Element extends { collectionType: 'keyvaluelist' }
    ? KeyValuePair<Value>[]
    : Value;

type UnionToIntersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
