import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord } from '../../src/base/shell-words.ts';
import { wordsOf } from '../support/shell.ts';

describe('quoteWord', () => {
  it('keeps every text whole in a real shell', () => {
    const texts = ['', ' ', "'", "''", '$HOME', '\\', '!!', '*', '~', 'a\nb', '-x', '#', 'ü €', '%s'];
    expect(wordsOf(texts.map(text => quoteWord([text])).join(' '))).toEqual(texts);
  });

  it('keeps any printable text whole, whatever the shell makes of its characters', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a shell would expand
    const special = fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~=% \n', '$(id)', '${HOME}', '\\n', "'\\''");
    const printable = fc
      .string({ unit: 'grapheme' })
      .filter(text => !/\p{Cc}|\p{Cf}|\u2028|\u2029/u.test(text));
    const text = fc.array(fc.oneof(special, printable), { maxLength: 12 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), texts => {
        expect(wordsOf(texts.map(each => quoteWord([each])).join(' '))).toEqual(texts);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps text beside variables, and variables whole, in a real shell', () => {
    const text = fc.string({ unit: fc.constantFrom(...'\'"\\$`!*{} ab') });
    fc.assert(
      fc.property(text, text, text, (before, value, after) => {
        const word = quoteWord([before, { variable: 'SECRET' }, after]);
        // A variable that is empty stops the command as one that is not set does.
        expect(wordsOf(word, { SECRET: `x${value}` })).toEqual([`${before}x${value}${after}`]);
      }),
      { numRuns: 40 },
    );
  });

  it('writes control characters as escapes', () => {
    const text = "it's\u001b[2J\t\\1\u009b7\u202e\r\nend";
    const quoted = quoteWord([text]);
    expect(quoted).toMatch(/^[ -~]+$/);
    expect(wordsOf(quoted, {}, 'bash')).toEqual([text]);
  });

  it('stops at a variable that is not set', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `: ${quoteWord([{ variable: 'TOKEN' }])}`], {
      env: {},
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('TOKEN');
  });
});
