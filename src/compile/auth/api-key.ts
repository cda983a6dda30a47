import type { ApiKeyDefinition, ApiKeyPlaceDefinition } from '../../definition/auth/api-key.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { encodeQueryPart } from '../../template/percent-encoding.ts';
import type { Placed } from '../placed.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import { compilePlacement, type PlacementPlan } from './placement.ts';

export interface ApiKeyPlan {
  readonly authType: 'api_key';
  readonly pointer: string;
  readonly keys: readonly {
    readonly placement: PlacementPlan;
    /** What stands before the key, as it is sent; the space is part of it. */
    readonly prefix: string;
  }[];
}

export function compileApiKey(
  { definition, pointer }: Placed<ApiKeyDefinition>,
  compiler: TemplateCompiler,
): ApiKeyPlan {
  const keys = definition.keys.map((key, index) => {
    const place = `${pointer}/keys/${index}`;
    compiler.issues.attempt(`${place}/prefix`, () => assertPrefix(key));
    return {
      placement: compilePlacement({ ...key, value: key.value ?? '' }, place, compiler),
      prefix: toWirePrefix(key),
    };
  });
  return { authType: 'api_key', pointer, keys };
}

function toWirePrefix({ in: place, prefix }: ApiKeyPlaceDefinition): string {
  if (prefix === '') return '';
  return place === 'query' ? encodeQueryPart(`${prefix} `) : `${prefix} `;
}

function assertPrefix({ in: place, prefix }: ApiKeyPlaceDefinition): void {
  if (place === 'cookie' && prefix !== '') {
    throw new FerruleError('HEADER_INVALID', 'A cookie takes no prefix, because it can hold no space', {
      expected: 'the key alone',
    });
  }
  if (/^[\x20-\x7e]*$/.test(prefix)) return;
  throw new FerruleError('HEADER_INVALID', 'The prefix contains characters that cannot stand in a header', {
    expected: 'printable ASCII characters',
  });
}
