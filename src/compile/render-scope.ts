import type { SecretValue } from '../base/secret-value.ts';
import type { ParameterValues } from './parameter-values.ts';

/** What templates read while they are rendered: one call's parameters and the secrets it needs. */
export interface RenderScope {
  readonly parameters: ParameterValues;
  readonly secrets: ReadonlyMap<string, SecretValue>;
  /** Computed values that the call needs; SecretValue for those made of secrets. */
  readonly values?: ReadonlyMap<string, unknown>;
  /** Computes them anew, when time or chance go into one: for a token request made later, or for its name. */
  readonly recompute?: (stable: boolean) => ReadonlyMap<string, unknown>;
  /** Values kept from token answers; SecretValue for those that must not be shown. */
  readonly kept?: ReadonlyMap<string, unknown>;
  /** Values of names that only some templates of the connection know: what a signature is made of, and itself. */
  readonly locals?: LocalValues;
}

/** Read when a tag is rendered, so that what no template asks for is never computed. */
export interface LocalValues {
  get(name: string): unknown;
}
