import { toSafeLine } from './safe-text.ts';

/** Rows as aligned columns, two spaces apart. Cells are made safe here; an empty last column leaves no spaces behind. */
export function toTable(rows: readonly (readonly string[])[]): readonly string[] {
  const safe = rows.map(row => row.map(toSafeLine));
  const columns = Math.max(0, ...safe.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...safe.map(row => widthOf(row[column] ?? ''))),
  );
  return safe.map(row =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}

const graphemes = new Intl.Segmenter();
const WIDE =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;

/** Columns that a text takes on a terminal: what a reader sees as one character takes one, or two when it is wide. */
function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}
