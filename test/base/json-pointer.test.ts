import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromJsonPointer, joinPointer, toJsonPointer } from '../../src/base/json-pointer.ts';

describe('a JSON pointer', () => {
  // The examples of RFC 6901 section 5.
  it.each([
    [[], ''],
    [['foo'], '/foo'],
    [['foo', 0], '/foo/0'],
    [[''], '/'],
    [['a/b'], '/a~1b'],
    [['c%d'], '/c%d'],
    [['m~n'], '/m~0n'],
    [['~1'], '/~01'],
  ])('of %j is %j', (segments, pointer) => {
    expect(toJsonPointer(segments)).toBe(pointer);
    expect(fromJsonPointer(pointer)).toEqual(segments.map(String));
  });

  it('gives back the segments it was made of, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), segments => {
        expect(fromJsonPointer(toJsonPointer(segments))).toEqual(segments);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('is extended by joining', () => {
    expect(joinPointer('/config', 'a/b', 0)).toBe('/config/a~1b/0');
    expect(joinPointer('', 'config')).toBe('/config');
  });
});
