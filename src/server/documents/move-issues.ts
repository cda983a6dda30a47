import { FerruleError } from '../../index.ts';

/**
 * The error with its places moved: those at or below `from` begin with `to` instead. What was judged inside another
 * document is told where its author wrote it.
 */
export function moveIssues(error: FerruleError, from: string, to: string): FerruleError {
  const move = (pointer: string) =>
    pointer === from || pointer.startsWith(`${from}/`) ? to + pointer.slice(from.length) : pointer;
  const { code, summary, pointer, expected, found, suggestion, details, issues } = error;
  return new FerruleError(code, summary, {
    pointer: pointer === undefined ? undefined : move(pointer),
    expected,
    found,
    suggestion,
    details,
    issues: issues.map(issue => ({ ...issue, pointer: move(issue.pointer) })),
  });
}
