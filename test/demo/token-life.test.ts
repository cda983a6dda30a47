import { describe, expect, it } from 'vitest';
import * as ferrule from '../../src/index.ts';
import { playTokenLife } from './token-life.ts';

describe('the chapter on the life of a token', () => {
  it('shows what it promises', async () => {
    let shown = '';
    const result = await playTokenLife({
      ferrule,
      write: text => {
        shown += text;
      },
    });
    expect(shown).not.toContain('✗');
    expect(result).toEqual({ passed: 5, failed: 0 });
    expect(shown).not.toContain('s3cret');
  }, 60_000);

  it('says which promise did not hold', async () => {
    let shown = '';
    const createEngine: typeof ferrule.createEngine = options => {
      const { tokenStore: _, ...alone } = options ?? {};
      return ferrule.createEngine(alone);
    };
    const result = await playTokenLife({
      ferrule: { ...ferrule, createEngine },
      write: text => {
        shown += text;
      },
    });
    expect(result).toEqual({ passed: 4, failed: 1 });
    expect(shown).toContain('✗ Two engines share a store');
    expect(shown).toContain('✗ 2 token requests');
  }, 60_000);
});
