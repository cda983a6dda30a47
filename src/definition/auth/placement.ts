import { fields, filledText, oneOf } from '../schema-kit.ts';
import { valibot } from '../valibot.ts';

/** One place of a request that carries a credential. `value` is a template. */
export interface PlacementDefinition {
  readonly in: 'header' | 'query' | 'cookie';
  readonly name: string;
  readonly value: string;
}

export function createPlaceFields() {
  return { in: oneOf(['header', 'query', 'cookie']), name: filledText() };
}

/** A list of at least one. */
export function createPlacementsSchema() {
  const v = valibot();
  return v.pipe(v.array(fields({ ...createPlaceFields(), value: filledText() })), v.minLength(1));
}
