import { FerruleError } from '../../index.ts';
import type { JsonObject } from './json.ts';

/**
 * Judges a document whose shape lets clients add fields of their own, as Integrator's partial documents and exports do:
 * fields at its top that nobody knows are left out. One that is nearly a known one is a mistake, and stays an error.
 *
 * @param place where the document stands for `judge`, whose issues have pointers
 */
export function judgeWithoutForeignFields<Result>(
  document: JsonObject,
  judge: (document: JsonObject) => Result,
  place = '',
): Result {
  try {
    return judge(document);
  } catch (error) {
    const foreign = error instanceof FerruleError ? foreignFieldsOf(error, place) : [];
    if (foreign.length === 0) throw error;
    return judge(Object.fromEntries(Object.entries(document).filter(([name]) => !foreign.includes(name))));
  }
}

function foreignFieldsOf({ issues }: FerruleError, place: string): readonly string[] {
  return issues.flatMap(({ code, pointer, suggestion }) => {
    if (code !== 'DEFINITION_UNKNOWN_FIELD' || suggestion !== undefined || !pointer.startsWith(`${place}/`))
      return [];
    const name = pointer.slice(place.length + 1);
    return name.includes('/') ? [] : [name.replaceAll('~1', '/').replaceAll('~0', '~')];
  });
}
