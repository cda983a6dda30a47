/**
 * The pages of an integration, registered by a module augmentation so that every flow knows its variables:
 * `declare module 'ferrule/spectral' { interface IntegrationDefinitionConfigPages extends Pages {} }`.
 * Declared here and not beside the pages, because an augmentation reaches only what the module itself declares.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by augmentation
export interface IntegrationDefinitionConfigPages {}

/** The same for the pages that each user fills in. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by augmentation
export interface IntegrationDefinitionUserLevelConfigPages {}

/** The same for connections that live outside the integration. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by augmentation
export interface IntegrationDefinitionScopedConfigVars {}

/** The same for the published components that an integration uses. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by augmentation
export interface IntegrationDefinitionComponentRegistry {}

export type {
  ActionContext,
  ActionInputParameters,
  ActionLogger,
  ActionLoggerFunction,
  CodeNativeActionLogger,
  CustomerAttributes,
  DebugContext,
  FlowAttributes,
  InstanceAttributes,
  IntegrationAttributes,
  UserAttributes,
} from './action-context.ts';
export {
  type ActionDefinition,
  type ActionDisplayDefinition,
  type ActionPerformDataReturn,
  type ActionPerformFunction,
  type ActionPerformReturn,
  PerformSafety,
} from './action-definition.ts';
export type { ApplyDefinition, ApplyTokenDefinition } from './apply-definition.ts';
export { type Finding, lintConnection } from './check/lint.ts';
export { validate } from './check/validate.ts';
export { bindConnection, type ConnectionValues } from './compile/bind-connection.ts';
export {
  type CompiledConnection,
  type CompileOptions,
  compileConnection,
} from './compile/compile-connection.ts';
export type { Guess } from './compile/guess-apply.ts';
export {
  type ConnectionInputProperty,
  type ConnectionInputSchema,
  connectionInputSchema,
  type InputSchemaOptions,
  type Role,
} from './compile/input-schema.ts';
export type {
  ComponentDefinition,
  ComponentDisplayDefinition,
  ComponentHooks,
  ErrorHandler,
} from './component-definition.ts';
export type {
  ComponentManifest,
  ComponentManifestConnection,
  ComponentManifestDataSource,
  ComponentManifestEntry,
  ComponentReference,
  ConfigVarExpression,
  TemplateExpression,
  ValueExpression,
} from './component-manifest.ts';
export type {
  ConfigPage,
  ConfigPageElement,
  ConfigPages,
  ConfigVars,
  ConfigVarsOf,
  ScopedConfigVarMap,
  UserLevelConfigPage,
  UserLevelConfigPages,
} from './config-pages.ts';
export {
  isCodeConfigVar,
  isComponentReference,
  isConnectionDefinitionConfigVar,
  isConnectionReferenceConfigVar,
  isConnectionScopedConfigVar,
  isDataSourceDefinitionConfigVar,
  isDataSourceReferenceConfigVar,
  isHtmlElementConfigVar,
  isJsonFormConfigVar,
  isJsonFormDataSourceConfigVar,
  isOrgOrCustomerActivatedConnection,
  isPollingTriggerDefinition,
  isScheduleConfigVar,
  isUserScopedConnectionConfigVar,
} from './config-var-guards.ts';
export type {
  CodeLanguageType,
  CollectionType,
  ConfigVar,
  ConfigVarDataType,
  ConnectionConfigVar,
  ConnectionDefinitionConfigVar,
  ConnectionReferenceConfigVar,
  DataSourceConfigVar,
  DataSourceDefinitionConfigVar,
  DataSourceReferenceConfigVar,
  OAuth2UrlOverrides,
  OnPremiseConnectionConfigTypeEnum,
  ScheduleType,
  StandardConfigVar,
} from './config-vars.ts';
export {
  type ConfigVarVisibility,
  type ConnectionDefinition,
  type ConnectionDisplayDefinition,
  type ConnectionInput,
  type ConnectionInputs,
  type DefaultConnectionDefinition,
  type OAuth2AuthorizationCodeConnectionDefinition,
  type OAuth2ClientCredentialConnectionDefinition,
  type OAuth2Config,
  type OAuth2ConnectionDefinition,
  OAuth2PkceMethod,
  OAuth2Type,
  type OnPremConnectionDefinition,
  type OnPremConnectionInput,
  type PermissionAndVisibilityType,
} from './connection-definition.ts';
export type { Connection, ConnectionFields } from './connection-value.ts';
export type {
  DataSourceContext,
  DataSourceDefinition,
  DataSourcePerformFunction,
  DataSourceResult,
  DataSourceType,
} from './data-source-definition.ts';
export { action, component, dataSource, outputSchema, pollingTrigger, trigger } from './define-component.ts';
export {
  configPage,
  configVar,
  connectionConfigVar,
  customerActivatedConnection,
  dataSourceConfigVar,
  organizationActivatedConnection,
  userActivatedConnection,
  userLevelConfigPage,
} from './define-config.ts';
export {
  connection,
  oauth2Connection,
  onPremConnection,
  templateConnectionInputs,
} from './define-connection.ts';
export {
  batchFlowTrigger,
  componentManifest,
  componentManifests,
  configuration,
  flow,
  integration,
} from './define-flow.ts';
export { dynamicObjectInput, input, structuredObjectInput } from './define-input.ts';
export {
  type BooleanInputField,
  type CodeInputField,
  type ConditionalInputField,
  type ConnectionInputField,
  type ConnectionTemplateInputField,
  type DataInputField,
  type DateInputField,
  type DateTimeInputField,
  type DynamicFieldSelectionInputField,
  type DynamicObjectConfiguration,
  type DynamicObjectInputField,
  type DynamicObjectSelectionInputField,
  type Element,
  type FlowInputField,
  type InputCleanFunction,
  type InputFieldChoice,
  type InputFieldCollection,
  InputFieldDefaultMap,
  type InputFieldDefinition,
  type InputFieldType,
  type Inputs,
  type JSONForm,
  type JSONFormInputField,
  type KeyValuePair,
  type ObjectFieldMap,
  type ObjectFieldMapInputField,
  type ObjectSelection,
  type ObjectSelectionInputField,
  type PasswordInputField,
  type Schedule,
  type StringInputField,
  type StructuredObjectInputField,
  type TextInputField,
} from './input-fields.ts';
export {
  type ConfigurationContext,
  DEFAULT_JSON_SCHEMA_VERSION,
  type EndpointSecurityType,
  type EndpointType,
  type Flow,
  type FlowExecutionContext,
  type FlowExecutionParams,
  type IntegrationConfiguration,
  type IntegrationDefinition,
  type RetryConfig,
} from './integration-definition.ts';
export type { Activation, Scope } from './resolve/activations.ts';
export { type ConnectionTemplate, findTemplate, publishTemplate } from './resolve/connection-template.ts';
export { type IntegrationVariable, integrationVariables } from './resolve/integration-variables.ts';
export {
  type ConnectionConfig,
  inlineConnections,
  type ResolvedConnections,
  type ResolveOptions,
  resolveConnection,
  resolveConnections,
} from './resolve/resolve-connections.ts';
export {
  type FieldLayers,
  type FieldSource,
  type ResolvedFields,
  resolveFields,
} from './resolve/resolve-fields.ts';
export {
  type NativeForm,
  type NativeOptions,
  type ResolvedConnection,
  toConnectionValue,
  toFreshConnectionValue,
  toNativeConnection,
} from './resolve/resolved-connection.ts';
export type { FlowParams, FlowSurroundings } from './run/execute-flow.ts';
export type { LogEntry, LogLevel } from './run/flow-log.ts';
export type { ConnectionReport, FlowReport } from './run/flow-report.ts';
export { type FlowRun, type RunFlowOptions, runFlow } from './run/run-flow.ts';
export type {
  CustomerActivatedConnectionConfigVar,
  OrganizationActivatedConnectionConfigVar,
  ScopedConfigVar,
  UserActivatedConnectionConfigVar,
} from './scoped-config-vars.ts';
export { ConnectionError, isConnectionError, isSpectralError, SpectralError } from './spectral-errors.ts';
export { testing } from './testing-functions.ts';
export {
  type BatchConfig,
  type BatchTrigger,
  type BatchTriggerReturn,
  type HttpResponse,
  type PollingState,
  type PollingTriggerDefinition,
  type TriggerBaseResult,
  type TriggerDefinition,
  type TriggerEventFunction,
  TriggerOptionChoices,
  type TriggerPayload,
  type TriggerResult,
} from './trigger-definition.ts';
export type { DataPayload } from './values/payload-values.ts';
export { util } from './values/value-types.ts';
