import type { ConfigVarVisibility } from './connection-definition.ts';

/** What a manifest tells of one action, trigger, data source or connection of a component. */
export interface ComponentManifestEntry {
  key?: string | undefined;
  inputs?: Record<string, unknown> | undefined;
  /** Present in generated manifests; a method, so that each may name parameters of its own. */
  perform?(values: never): Promise<unknown>;
}

export interface ComponentManifestDataSource extends ComponentManifestEntry {
  dataSourceType?: string | undefined;
}

export interface ComponentManifestConnection extends ComponentManifestEntry {
  onPremAvailable?: boolean | undefined;
}

/** A published component that an integration uses. */
export interface ComponentManifest {
  key: string;
  public?: boolean | undefined;
  signature?: string | null | undefined;
  actions?: Record<string, ComponentManifestEntry> | undefined;
  triggers?: Record<string, ComponentManifestEntry> | undefined;
  dataSources?: Record<string, ComponentManifestDataSource> | undefined;
  connections?: Record<string, ComponentManifestConnection> | undefined;
}

export interface ValueExpression<Value = unknown> {
  value: Value;
}

export interface ConfigVarExpression {
  configVar: string;
}

export interface TemplateExpression {
  template: string;
}

export type ReferenceValue =
  | ValueExpression
  | ConfigVarExpression
  | TemplateExpression
  | (ConfigVarVisibility & { writeOnly?: boolean | undefined });

/** Points to something of a published component, and gives values to its inputs. */
export interface ComponentReference {
  component: string;
  key: string;
  values?: Record<string, ReferenceValue> | undefined;
  template?: string | undefined;
}
