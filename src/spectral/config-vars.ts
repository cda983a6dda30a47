import type { ApplyDefinition } from './apply-definition.ts';
import type { ComponentReference } from './component-manifest.ts';
import type {
  ConfigVarVisibility,
  ConnectionInputs,
  OAuth2Config,
  OAuth2PkceMethod,
  OAuth2Type,
} from './connection-definition.ts';
import type { DataSourcePerformFunction, DataSourceType } from './data-source-definition.ts';
import type { ObjectFieldMap, ObjectSelection, Schedule } from './input-fields.ts';
import type { ScopedConfigVar } from './scoped-config-vars.ts';

/** What a variable of each type is when code reads it. */
export interface ConfigVarValueTypes {
  string: string;
  date: string;
  timestamp: string;
  picklist: string;
  code: string;
  boolean: boolean;
  number: number;
  schedule: Schedule;
  objectSelection: ObjectSelection;
  objectFieldMap: ObjectFieldMap;
  jsonForm: unknown;
  htmlElement: string;
}

export type ConfigVarDataType = keyof ConfigVarValueTypes;
export type CollectionType = 'valuelist' | 'keyvaluelist';
export type CodeLanguageType = 'json' | 'xml' | 'html';
export type ScheduleType = 'none' | 'once' | 'custom' | 'minute' | 'hour' | 'day' | 'week';

interface BaseConfigVar extends ConfigVarVisibility {
  /** Unique in the integration, and the same in all its versions. */
  stableKey: string;
  description?: string | undefined;
}

/** A value that is no connection. */
export interface StandardConfigVar extends BaseConfigVar {
  dataType: ConfigVarDataType;
  defaultValue?: unknown;
  collectionType?: CollectionType | undefined;
  pickList?: string[] | undefined;
  codeLanguage?: CodeLanguageType | undefined;
  timeZone?: string | undefined;
  scheduleType?: ScheduleType | undefined;
  validationMode?: string | undefined;
}

/** A value that is chosen from what a function found. */
export interface DataSourceDefinitionConfigVar extends BaseConfigVar {
  dataSourceType: DataSourceType;
  collectionType?: CollectionType | undefined;
  perform: DataSourcePerformFunction;
  validationMode?: string | undefined;
  dataSourceReset?: { mode: 'prompt' | 'always'; dependencies?: string[] | undefined } | undefined;
}

/** A value that is chosen from what a published component found. */
export interface DataSourceReferenceConfigVar extends BaseConfigVar {
  dataSource: ComponentReference;
  collectionType?: CollectionType | undefined;
  validationMode?: string | undefined;
  dataSourceReset?: { mode: 'prompt' | 'always' } | undefined;
}

export type DataSourceConfigVar = DataSourceDefinitionConfigVar | DataSourceReferenceConfigVar;

export type OnPremiseConnectionConfigTypeEnum = 'allowed' | 'disallowed' | 'required';

/** Where the browser goes when an authorization ended. */
export interface OAuth2UrlOverrides {
  oAuthSuccessRedirectUri?: string | undefined;
  oAuthFailureRedirectUri?: string | undefined;
}

/** A connection that is defined where it is used. */
export interface ConnectionDefinitionConfigVar extends BaseConfigVar {
  dataType: 'connection';
  inputs: ConnectionInputs;
  oauth2Type?: OAuth2Type | undefined;
  oauth2PkceMethod?: OAuth2PkceMethod | undefined;
  oauth2Config?: (OAuth2Config & OAuth2UrlOverrides) | undefined;
  icons?: { avatarPath?: string | undefined; oauth2ConnectionIconPath?: string | undefined } | undefined;
  onPremConnectionConfig?: OnPremiseConnectionConfigTypeEnum | undefined;
  /** How the credential goes on a request. Ferrule's own. */
  apply?: ApplyDefinition | 'auto' | undefined;
}

/** A connection of a published component. */
export interface ConnectionReferenceConfigVar extends BaseConfigVar {
  dataType: 'connection';
  connection: ComponentReference & {
    onPremiseConnectionConfig?: OnPremiseConnectionConfigTypeEnum | undefined;
  };
}

export type ConnectionConfigVar = ConnectionDefinitionConfigVar | ConnectionReferenceConfigVar;

export type ConfigVar = StandardConfigVar | DataSourceConfigVar | ConnectionConfigVar | ScopedConfigVar;
