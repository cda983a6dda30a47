import { fields, filledText } from '../schema-kit.ts';
import type { SourcePointers } from '../source-pointers.ts';
import { valibot } from '../valibot.ts';
import { createPlaceFields, type PlacementDefinition } from './placement.ts';

/** Keys that are simply known, each in a place of its own. */
export interface ApiKeyDefinition {
  readonly authType: 'api_key';
  readonly keys: readonly ApiKeyPlaceDefinition[];
}

export interface ApiKeyPlaceDefinition {
  readonly in: PlacementDefinition['in'];
  readonly name: string;
  /** A template; null where an export left the key out. */
  readonly value: string | null;
  /** Stands before the key, with a space between; empty: the key alone. */
  readonly prefix: string;
}

/** One key, or a list of them. */
export type ApiKeyInput = ApiKeyPlaceInput | { readonly keys: readonly ApiKeyPlaceInput[] };

interface ApiKeyPlaceInput {
  readonly in: PlacementDefinition['in'];
  readonly name: string;
  readonly value: string | null;
  readonly prefix?: string;
}

export function createApiKeyFields() {
  const v = valibot();
  const one = {
    ...createPlaceFields(),
    value: v.nullable(filledText()),
    prefix: v.exactOptional(v.string(), ''),
  };
  return { one, several: { keys: v.pipe(v.array(fields(one)), v.minLength(1)) } };
}

export function toApiKey(input: ApiKeyInput, pointer: string, sources: SourcePointers): ApiKeyDefinition {
  if ('keys' in input) return { authType: 'api_key', keys: input.keys.map(toKey) };
  sources.move(`${pointer}/keys/0`, pointer);
  return { authType: 'api_key', keys: [toKey(input)] };
}

function toKey({ in: place, name, value, prefix }: ApiKeyPlaceInput): ApiKeyPlaceDefinition {
  return { in: place, name, value, prefix: prefix ?? '' };
}
