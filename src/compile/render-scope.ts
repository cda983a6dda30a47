import type { SecretValue } from '../base/secret-value.ts';
import type { Parameter } from './parameters.ts';

/** What templates read while they are rendered: one call's parameters and the secrets it needs. */
export interface RenderScope {
  /** Bound values; a parameter that was not given is not in the map. */
  readonly parameters: ReadonlyMap<Parameter, unknown>;
  readonly secrets: ReadonlyMap<string, SecretValue>;
}
