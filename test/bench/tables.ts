import { judge, type RowResult, showBound, showFigure, type TextTable } from './result.ts';

/** The table of goals: every figure, what it should be, and whether it is. */
export function toGoalTable(rows: readonly RowResult[]): TextTable {
  return {
    title: 'Goals',
    head: ['work', 'measured', 'goal', 'verdict'],
    lines: rows.flatMap(({ figures }) =>
      figures.map(figure => [
        figure.what,
        showFigure(figure),
        figure.goal === undefined ? '' : showBound(figure.goal, figure.unit),
        judge(figure),
      ]),
    ),
  };
}

/** What was missed, as lines: those that one profile explains together, and last those without a profile. */
export function toMissedLines(rows: readonly RowResult[]): readonly string[] {
  const missed = rows.flatMap(({ figures }) => figures).filter(figure => judge(figure) === 'missed');
  const reasons = [...new Set(missed.map(({ why }) => why))].sort(
    (a, b) => Number(a === undefined) - Number(b === undefined),
  );
  return reasons.map(reason => {
    const whats = missed.filter(({ why }) => why === reason).map(({ what }) => what);
    return reason === undefined
      ? `Without a profile: ${whats.join('; ')}.`
      : `${whats.join('; ')}. ${reason}`;
  });
}

/** Aligned columns, for a terminal. */
export function toText({ title, head, lines }: TextTable): string {
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map(line => line[column]?.length ?? 0)));
  const text = all.map(
    line =>
      `  ${line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
  );
  return `${title}\n${text.join('')}\n`;
}

export function toMarkdown({ head, lines }: TextTable): string {
  const escaped = [head, head.map(() => '---'), ...lines].map(line =>
    line.map(cell => cell.replaceAll('|', '\\|')),
  );
  return `${escaped.map(line => `| ${line.join(' | ')} |`).join('\n')}\n`;
}
