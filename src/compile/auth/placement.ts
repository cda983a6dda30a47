import type { PlacementDefinition } from '../../definition/auth/placement.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { encodeQueryPart } from '../../template/percent-encoding.ts';
import { assertHeaderName } from '../request-plan.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { TextPlan } from '../text-plan.ts';

/** Where a credential goes. `value` is rendered as its place needs it: percent-encoded in a query. */
export interface PlacementPlan {
  readonly in: PlacementDefinition['in'];
  /** As the author wrote it. */
  readonly name: string;
  /** As it stands in the request: percent-encoded in a query. */
  readonly wireName: string;
  readonly value: TextPlan;
  /** JSON pointer of the value, for messages. */
  readonly pointer: string;
}

export function compilePlacement(
  definition: PlacementDefinition,
  pointer: string,
  compiler: TemplateCompiler,
): PlacementPlan {
  const { in: place, name, value } = definition;
  compiler.issues.attempt(`${pointer}/name`, () => assertName(place, name));
  return {
    in: place,
    name,
    wireName: place === 'query' ? encodeQueryPart(name.toWellFormed()) : name,
    value: compiler.text(value, place === 'query' ? 'query' : 'header', `${pointer}/value`),
    pointer: `${pointer}/value`,
  };
}

function assertName(place: PlacementDefinition['in'], name: string): void {
  if (place === 'header') assertHeaderName(name);
  // RFC 6265 section 4.1.1: the name of a cookie is a token.
  if (place !== 'cookie' || /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return;
  throw new FerruleError('HEADER_INVALID', 'A cookie name contains characters that no cookie name may have', {
    expected: "letters, digits and any of !#$%&'*+-.^_`|~",
  });
}
