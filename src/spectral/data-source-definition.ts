import type { ActionContext, ActionInputParameters } from './action-context.ts';
import type { ActionDisplayDefinition } from './action-definition.ts';
import type { UncheckedConfigVars } from './config-pages.ts';
import type { Element, Inputs, JSONForm, ObjectFieldMap, ObjectSelection } from './input-fields.ts';

/** What a data source of each type finds. */
export interface DataSourceTypes {
  string: string;
  date: string;
  timestamp: string;
  picklist: string[] | Element[];
  schedule: { value: string };
  code: string;
  boolean: boolean;
  number: number;
  objectSelection: ObjectSelection;
  objectFieldMap: ObjectFieldMap;
  jsonForm: JSONForm;
}

export type DataSourceType = keyof DataSourceTypes;

export interface DataSourceResult<Type extends DataSourceType = DataSourceType> {
  result: DataSourceTypes[Type];
  supplementalData?: { data: unknown; contentType: string } | undefined;
}

export type DataSourceContext = Pick<
  ActionContext,
  'logger' | 'configVars' | 'customer' | 'instance' | 'user'
>;

/**
 * A function on a page. Its variables are not checked: their types come from the page that it stands on. The variance of a
 * method, since a page holds functions of different parameters.
 */
export type DataSourcePerformFunction = {
  call(
    context: Omit<DataSourceContext, 'configVars'> & { configVars: UncheckedConfigVars },
    params: never,
  ): Promise<DataSourceResult>;
}['call'];

export interface DataSourceDefinition<In = Inputs, Type extends DataSourceType = DataSourceType> {
  display: ActionDisplayDefinition;
  inputs: In;
  dataSourceType: Type;
  // A method, so that a list may hold data sources of different inputs.
  perform(context: DataSourceContext, params: ActionInputParameters<In>): Promise<DataSourceResult<Type>>;
  examplePayload?: unknown;
  detailDataSource?: string | undefined;
  /** Other keys are kept. */
  [key: string]: unknown;
}
