import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';
import { toJson, toPage } from './report.ts';
import { judge, type RowResult, showBound, showFigure, toFigure } from './result.ts';
import { toGoalTable, toMarkdown, toText } from './tables.ts';

const measured = { median: 0.873, lower: 0.85, upper: 0.912 };
const met = toFigure('CPU', measured, '', { goal: { atMost: 0.9 } });
const refused = toFigure('CPU', measured, 'ms', { goal: { atMost: 0.9 } }, 'disturbed: by others');
const row: RowResult = {
  name: 'get',
  title: 'A GET',
  figures: [met, refused],
  tables: [{ title: 'Ten at a time', head: ['client', 'CPU'], lines: [['a|b', '1']] }],
};
const options = readOptions(['--rounds', '2', '--disturbance', '0.5']);

describe('a figure of the benchmark', () => {
  it('is met up to its bound, and missed beyond it', () => {
    expect(judge(met)).toBe('met');
    expect(judge(met, { atMost: 0.873 })).toBe('met');
    expect(judge(met, { atMost: 0.87 })).toBe('missed');
    expect(judge(met, { atLeast: 0.9 })).toBe('missed');
    expect(judge({ ...met, value: Number.NaN })).toBe('void');
    expect(judge({ ...met, value: Number.NEGATIVE_INFINITY })).toBe('void');
  });

  it('is for information when nothing is aimed at', () => {
    expect(judge(toFigure('CPU', measured, ''))).toBe('for information');
  });

  it('has no number when the run was disturbed', () => {
    expect(refused.value).toBeUndefined();
    expect(judge(refused)).toBe('void');
    expect(showFigure(refused)).toBe('disturbed: by others');
    expect(toPage([{ ...row, figures: [refused] }], { options, takenAt: new Date(0) })).not.toContain('0.87');
  });

  it('is shown with its quartiles and its bound with its unit', () => {
    expect(showFigure(met)).toBe('0.87 (0.85 to 0.91)');
    expect(showBound({ atMost: 20 }, 'ms')).toBe('≤ 20 ms');
  });
});

describe('the report of the benchmark', () => {
  it('lists every figure with its goal and its verdict', () => {
    const table = toGoalTable([row]);
    expect(table.lines).toEqual([
      ['CPU', '0.87 (0.85 to 0.91)', '≤ 0.90', 'met'],
      ['CPU', 'disturbed: by others', '≤ 0.90 ms', 'void'],
    ]);
    expect(toText(table).split('\n')[2]).toBe('  CPU   0.87 (0.85 to 0.91)   ≤ 0.90     met');
  });

  it('writes tables that no cell breaks', () => {
    expect(toMarkdown(row.tables[0] ?? { title: '', head: [], lines: [] })).toContain('| a\\|b | 1 |');
  });

  it('tells the method before the results, and how they were taken', () => {
    const page = toPage([row], { options, takenAt: new Date(0) });
    expect(page.indexOf('## Method')).toBeLessThan(page.indexOf('## Results'));
    expect(page).toContain('Taken on 1970-01-01');
    expect(page).toContain('to use 0.5 processors');
  });

  it('holds the same verdicts as JSON', () => {
    const { rows, rounds } = JSON.parse(toJson([row], { options, takenAt: new Date(0) }));
    expect(rounds).toBe(2);
    expect(rows[0].figures.map((figure: { verdict: string }) => figure.verdict)).toEqual(['met', 'void']);
  });
});

describe('the options of the benchmark', () => {
  it('write the report after a full run of all rows only, unless it is asked for', () => {
    expect(readOptions([]).write).toBe(true);
    expect(readOptions(['--quick']).write).toBe(false);
    expect(readOptions(['--only', 'get']).write).toBe(false);
    expect(readOptions(['--only', 'get', '--write']).write).toBe(true);
  });

  it.each([['--rounds', '0'], ['--rounds', 'many'], ['--disturbance', 'none'], ['--fast']])(
    'refuse what makes no sense: %s %s',
    (...args) => {
      expect(() => readOptions(args)).toThrow(TypeError);
    },
  );
});
