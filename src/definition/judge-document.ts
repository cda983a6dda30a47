import type { GenericSchema } from 'valibot';
import { FerruleError, type Issue } from '../errors/ferrule-error.ts';
import { toIssue } from './definition-issues.ts';
import type { JsonValue } from './read-document.ts';
import { valibot } from './valibot.ts';

/** Beyond this nobody reads on; it also keeps a hostile document from making a hostile message. */
const MAX_ISSUES = 100;

/** Every issue of the document, in its order. Pointers lead into the author's document. */
export function judge(schema: GenericSchema, document: JsonValue): readonly Issue[] {
  const { issues = [] } = valibot().safeParse(schema, document);
  return issues.slice(0, MAX_ISSUES).map(toIssue);
}

/**
 * Throws what was found, or returns when there is nothing. A type Ferrule cannot run, at one of `typePointers`, makes
 * everything else beside the point and is thrown alone.
 */
export function throwIssues(
  issues: readonly Issue[],
  subject: 'connection' | 'operation',
  typePointers: readonly string[],
): void {
  if (issues.length === 0) return;
  const otherType = issues.find(
    ({ code, pointer }) => code === 'DEFINITION_UNSUPPORTED_TYPE' && typePointers.includes(pointer),
  );
  if (otherType !== undefined) {
    const { code, message, pointer, expected, found, suggestion } = otherType;
    throw new FerruleError(code, message, { pointer, expected, found, suggestion });
  }
  const count = issues.length >= MAX_ISSUES ? `${MAX_ISSUES} problems or more` : countProblems(issues.length);
  throw new FerruleError('DEFINITION_INVALID', `The ${subject} has ${count}`, {
    issues: issues.slice(0, MAX_ISSUES),
  });
}

function countProblems(count: number): string {
  return count === 1 ? 'one problem' : `${count} problems`;
}
