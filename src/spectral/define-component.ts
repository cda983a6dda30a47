import type { ActionDefinition, ActionPerformReturn } from './action-definition.ts';
import type { ComponentDefinition } from './component-definition.ts';
import type { DataSourceDefinition, DataSourceType } from './data-source-definition.ts';
import type { Inputs } from './input-fields.ts';
import type { PollingTriggerDefinition, TriggerDefinition, TriggerResult } from './trigger-definition.ts';

/** A component; returned as it was given. */
export function component<T extends ComponentDefinition>(definition: T): T {
  return definition;
}

/** An action; returned as it was given. */
export function action<In extends Inputs, Result extends ActionPerformReturn>(
  definition: ActionDefinition<In, Result>,
): ActionDefinition<In, Result> {
  return definition;
}

/** A trigger; returned as it was given. */
export function trigger<In extends Inputs, Result extends TriggerResult>(
  definition: TriggerDefinition<In, Result>,
): TriggerDefinition<In, Result> {
  return definition;
}

/** A trigger that looks for changes; returned with its type named. */
export function pollingTrigger<In extends Inputs, Result extends TriggerResult>(
  definition: PollingTriggerDefinition<In, Result>,
): PollingTriggerDefinition<In, Result> & { triggerType: 'polling' } {
  return { ...definition, triggerType: 'polling' };
}

/** A data source; returned as it was given. */
export function dataSource<In extends Inputs, Type extends DataSourceType>(
  definition: DataSourceDefinition<In, Type>,
): DataSourceDefinition<In, Type> {
  return definition;
}

/** What an action gives back, described; returned as it was given. */
export function outputSchema<const T>(definition: T): T {
  return definition;
}
