import { expect, it } from 'vitest';
import { toMemorySentence } from './where-memory-is.ts';

const growth = {
  growthMib: 12.5,
  buffersMib: 14.5,
  heapMib: 0.5,
  otherMib: -2.5,
  collections: 9,
};

it('says of what the memory grew, beside the base', () => {
  const base = { ...growth, growthMib: 10.5, collections: 11 };
  expect(toMemorySentence(growth, base, { baseName: 'base', again: 1.25 })).toBe(
    'At its highest the process of Ferrule had grown by 12.5 MiB: buffers 14.5, heap 0.50, other -2.50; ' +
      'that of base by 10.5: buffers 14.5, heap 0.50, other -2.50. ' +
      'Buffers that were given away wait for a collection of the whole heap, of which there were 9 and 11. ' +
      'When they come is chance: base measured against itself is at 1.25.',
  );
});
