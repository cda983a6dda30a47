import type {
  DynamicObjectInputField,
  InputFieldDefinition,
  StructuredObjectInputField,
} from './input-fields.ts';

/** An input of an action, trigger, data source or connection; returned as it was given. */
export function input<T extends InputFieldDefinition>(definition: T): T {
  return definition;
}

/** Several inputs under one name. */
export function structuredObjectInput<T extends Omit<StructuredObjectInputField, 'type'> & { type?: never }>(
  definition: T,
): T & { type: 'structuredObject' } {
  return { ...definition, type: 'structuredObject' };
}

/** One of several sets of inputs. */
export function dynamicObjectInput<T extends Omit<DynamicObjectInputField, 'type'> & { type?: never }>(
  definition: T,
): T & { type: 'dynamicObject' } {
  return { ...definition, type: 'dynamicObject' };
}
