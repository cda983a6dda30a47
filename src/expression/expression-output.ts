import type { Meter } from './meter.ts';
import { defineMember } from './own-property.ts';

/**
 * The value as it leaves the evaluator: JSON-like data. A date becomes its ISO text (null when it is not a valid
 * date, as in JSON), the list of a match loses its extra members. Nesting is checked, so that a result can be
 * written as JSON afterwards.
 */
export function toOutput(value: unknown, meter: Meter, depth: number = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toJSON();
  meter.depth(depth);
  if (Array.isArray(value)) {
    meter.spend(value.length);
    return value.map(element => toOutput(element, meter, depth + 1));
  }
  const copy: Record<string, unknown> = {};
  const members = Object.entries(value);
  meter.spend(members.length);
  for (const [key, member] of members) defineMember(copy, key, toOutput(member, meter, depth + 1));
  return copy;
}
