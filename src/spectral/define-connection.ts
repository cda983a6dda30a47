import type {
  ConnectionInputs,
  DefaultConnectionDefinition,
  OAuth2ConnectionDefinition,
  OAuth2Type,
  OnPremConnectionDefinition,
} from './connection-definition.ts';
import type { ConnectionTemplateInputField } from './input-fields.ts';

/** A connection; returned as it was given. */
export function connection<T extends DefaultConnectionDefinition>(definition: T): T {
  return definition;
}

/** A connection whose host and port an agent inside the customer's network gives; returned as it was given. */
export function onPremConnection<T extends OnPremConnectionDefinition>(definition: T): T {
  return definition;
}

/** A connection that gets a token by OAuth 2.0; returned as it was given. */
export function oauth2Connection<T extends OAuth2ConnectionDefinition>(definition: T): T {
  return definition;
}

/**
 * The inputs of a connection, some of which are templates of others. A template takes the place of an input of the
 * same name. Neither argument is changed. The third argument only tells which inputs an editor should miss.
 */
export function templateConnectionInputs<
  Given extends ConnectionInputs,
  Templates extends Record<string, ConnectionTemplateInputField>,
>(inputs: Given, templateInputs: Templates, _authType?: OAuth2Type | null): Given & Templates {
  return { ...inputs, ...templateInputs };
}
