/** An entry of a key-value list. */
export interface KeyValuePair<Value = unknown> {
  key: string;
  value: Value;
}

/** Something with a key, and a label for people. */
export interface Element {
  key: string;
  label?: string;
}

export type ObjectSelection = { object: Element; fields?: Element[]; defaultSelected?: boolean }[];

export interface ObjectFieldMap {
  fields: {
    field: Element;
    mappedObject?: Element;
    mappedField?: Element;
    defaultObject?: Element;
    defaultField?: Element;
  }[];
  options?: { object: Element; fields: Element[] }[];
}

export interface Schedule {
  value: string;
  schedule_type: string;
  time_zone: string;
}

/** A form in the language of JSON Forms; its schemas are not judged here. */
export interface JSONForm {
  schema: Record<string, unknown>;
  uiSchema: Record<string, unknown>;
  data?: Record<string, unknown> | unknown[];
}

/** A text for people, or one that can be translated by its key. */
export type Label = string | { key: string; value: string };

/** How a raw value becomes what the code receives. Connections do not run it. */
export type InputCleanFunction<Value = unknown, Result = Value> = (value: Value) => Result;

export interface InputFieldChoice {
  label: string;
  value: string;
}

export type InputFieldCollection = 'valuelist' | 'keyvaluelist';

/** What all inputs may have; everything else in a definition is kept as it is. */
interface BaseInputField {
  label: Label;
  placeholder?: string | undefined;
  comments?: string | undefined;
  example?: string | undefined;
  required?: boolean | undefined;
  dataSource?: string | undefined;
}

interface TextLikeInputField<Type extends string> extends BaseInputField {
  type: Type;
  collection?: InputFieldCollection | undefined;
  default?: string | string[] | KeyValuePair<string>[] | undefined;
  model?: InputFieldChoice[] | undefined;
  clean?: InputCleanFunction<unknown, unknown> | undefined;
}

export type StringInputField = TextLikeInputField<'string'>;
export type DataInputField = TextLikeInputField<'data'>;
export type TextInputField = TextLikeInputField<'text'>;
export type PasswordInputField = TextLikeInputField<'password'>;
export type DateInputField = TextLikeInputField<'date'>;
export type DateTimeInputField = TextLikeInputField<'timestamp'>;
export type FlowInputField = TextLikeInputField<'flow'>;

/** Its default is the text `true` or `false`; a boolean is taken as well. */
export interface BooleanInputField extends Omit<TextLikeInputField<'boolean'>, 'default'> {
  default?: boolean | string | string[] | KeyValuePair<string>[] | undefined;
}

export interface CodeInputField extends TextLikeInputField<'code'> {
  language: string;
}

/** A value put together from other inputs of the connection: `{{#domain}}` stands for the input `domain`. */
export interface ConnectionTemplateInputField extends TextLikeInputField<'template'> {
  templateValue: string;
  shown?: boolean | undefined;
}

interface OpenInputField<Type extends string> extends BaseInputField {
  type: Type;
  collection?: InputFieldCollection | undefined;
  default?: unknown;
  clean?: InputCleanFunction<unknown, unknown> | undefined;
}

export type ConnectionInputField = OpenInputField<'connection'>;
export type ConditionalInputField = OpenInputField<'conditional'>;
export type ObjectSelectionInputField = OpenInputField<'objectSelection'>;
export type ObjectFieldMapInputField = OpenInputField<'objectFieldMap'>;
export type JSONFormInputField = OpenInputField<'jsonForm'>;
export type DynamicObjectSelectionInputField = OpenInputField<'dynamicObjectSelection'>;
export type DynamicFieldSelectionInputField = OpenInputField<'dynamicFieldSelection'>;

/** Several inputs under one name. */
export interface StructuredObjectInputField {
  type: 'structuredObject';
  label: Label;
  comments?: string | undefined;
  collection?: InputFieldCollection | undefined;
  inputs: Record<string, InputFieldDefinition>;
}

export interface DynamicObjectConfiguration {
  label: Label;
  comments?: string | undefined;
  inputs: Record<string, InputFieldDefinition>;
}

/** One of several sets of inputs. */
export interface DynamicObjectInputField {
  type: 'dynamicObject';
  label: Label;
  comments?: string | undefined;
  required?: boolean | undefined;
  configurations: Record<string, DynamicObjectConfiguration>;
}

export type InputFieldDefinition =
  | StringInputField
  | DataInputField
  | TextInputField
  | PasswordInputField
  | BooleanInputField
  | CodeInputField
  | ConditionalInputField
  | ConnectionInputField
  | ConnectionTemplateInputField
  | ObjectSelectionInputField
  | ObjectFieldMapInputField
  | JSONFormInputField
  | DynamicObjectSelectionInputField
  | DynamicFieldSelectionInputField
  | DateInputField
  | DateTimeInputField
  | FlowInputField
  | StructuredObjectInputField
  | DynamicObjectInputField;

export type InputFieldType = InputFieldDefinition['type'];
export type Inputs = Record<string, InputFieldDefinition>;

/** What an input is, when nothing was given and its definition names no default. */
export const InputFieldDefaultMap: Readonly<Record<InputFieldType, string | undefined>> = {
  string: '',
  data: '',
  text: '',
  password: '',
  boolean: 'false',
  code: '',
  conditional: undefined,
  connection: undefined,
  objectSelection: undefined,
  objectFieldMap: undefined,
  jsonForm: undefined,
  dynamicObjectSelection: '',
  dynamicFieldSelection: '',
  date: '',
  timestamp: '',
  flow: '',
  template: '',
  structuredObject: undefined,
  dynamicObject: undefined,
};
