import type { Chapter } from './chapters.ts';
import type { DemoStep, Outcome } from './step.ts';

const MAX_SHOWN_LINES = 8;
const MAX_HEAD_LINES = 2;
const MAX_LINES_OF_FAILURE = 40;
const MAX_LINE_LENGTH = 118;

export function introduction(): string {
  return [
    'Ferrule, shown by real commands against real servers',
    '',
    'This starts an API, a login server, an OAuth authorization server and a file store on this machine, all of them',
    'HTTPS under a private CA made for this run. Each step below runs the built command in a process of its own and',
    'checks its exit code, what it prints, and what arrived at the servers. Nothing leaves this machine.',
    '',
  ].join('\n');
}

export function chapterHead(number: number, { title, text }: Pick<Chapter, 'title' | 'text'>): string {
  return `\n${number}. ${title}\n   ${text}\n`;
}

/** What was run, what came out, how long it took, and whether it is what it should be. */
export function describeStep(step: DemoStep, outcome: Outcome, problems: readonly string[]): string {
  const mark = problems.length === 0 ? '✓' : '✗';
  const shown = shorten(step, outcome, problems.length === 0 ? MAX_SHOWN_LINES : MAX_LINES_OF_FAILURE);
  return [
    '',
    `   ${mark} ${step.title}  (${(outcome.durationMs / 1000).toFixed(2)} s)`,
    `     $ ${['ferrule', ...step.args].map(quote).join(' ')}`,
    ...shown.map(line => `       ${cut(line)}`),
    ...problems.map(problem => `     ✗ ${problem}`),
    '',
  ].join('\n');
}

export function summary(passed: number, failed: number, durationMs: number): string {
  const verdict =
    failed === 0 ? `All ${passed} steps are right` : `${failed} of ${passed + failed} steps are wrong`;
  return [
    '',
    `${verdict} (${(durationMs / 1000).toFixed(1)} s). The servers are closed.`,
    '',
    'What to try next',
    '  npx ferrule --help                                   every command and exit code',
    '  npx ferrule check fixtures/service-portal.json       judge a definition; write your own beside it',
    '  npx ferrule inspect fixtures/billing.json            see what its operations ask for',
    '  docs/quick-start.md                                  from nothing to a first execution, and the library',
    '',
  ].join('\n');
}

/** Results first, then the notes, which say what was sent or why nothing was. */
function shorten({ expected }: DemoStep, { results, notes }: Outcome, maxLines: number): readonly string[] {
  return [
    ...tellingLines(results, expected.results ?? [], maxLines),
    ...tellingLines(notes, expected.notes ?? [], maxLines),
  ];
}

/** All lines of a short text; of a long one the first lines and those that were expected. */
function tellingLines(text: string, expected: readonly string[], maxLines: number): readonly string[] {
  const lines = text.split('\n').filter(line => line.trim() !== '');
  if (lines.length <= maxLines) return lines;
  const shown: string[] = [];
  let left = 0;
  for (const [index, line] of lines.entries()) {
    const isExpected = shown.length < maxLines && expected.some(each => line.includes(each));
    if (index >= MAX_HEAD_LINES && !isExpected) {
      left += 1;
      continue;
    }
    if (left > 0) shown.push('  …');
    left = 0;
    shown.push(line);
  }
  return left > 0 ? [...shown, `… ${left} more lines`] : shown;
}

function cut(line: string): string {
  return line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH - 1)}…` : line;
}

function quote(word: string): string {
  if (/^[\w./=:-]+$/.test(word)) return word;
  return /["$`\\]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
