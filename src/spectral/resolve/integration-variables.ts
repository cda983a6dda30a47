import type { ConfigPageElement, ConfigPages } from '../config-pages.ts';
import type { ConfigVar } from '../config-vars.ts';
import type { IntegrationDefinition } from '../integration-definition.ts';

/** A variable of an integration, with its place in the author's code. */
export interface IntegrationVariable {
  readonly name: string;
  readonly variable: ConfigVar;
  /** JSON pointer. */
  readonly pointer: string;
}

/** The variables of all pages, and the connections outside of them, in the order of the integration. Texts are no variables. */
export function integrationVariables(integration: IntegrationDefinition): readonly IntegrationVariable[] {
  const { configPages = {}, userLevelConfigPages = {}, scopedConfigVars = {} } = integration;
  return [
    ...ofPages(configPages, '/configPages'),
    ...ofPages(userLevelConfigPages, '/userLevelConfigPages'),
    ...ofElements(scopedConfigVars, '/scopedConfigVars'),
  ];
}

function ofPages(pages: ConfigPages, pointer: string): readonly IntegrationVariable[] {
  return Object.entries(pages).flatMap(([page, { elements }]) =>
    ofElements(elements, `${pointer}/${escapePointer(page)}/elements`),
  );
}

function ofElements(
  elements: Readonly<Record<string, ConfigPageElement>> = {},
  pointer: string,
): readonly IntegrationVariable[] {
  return Object.entries(elements).flatMap(([name, variable]) => {
    const isText =
      typeof variable === 'string' || ('dataType' in variable && variable.dataType === 'htmlElement');
    return isText ? [] : [{ name, variable, pointer: `${pointer}/${escapePointer(name)}` }];
  });
}

/** RFC 6901 section 3. */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
