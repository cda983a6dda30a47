import { describe, expect, it } from 'vitest';
import { toSvg } from './plot.ts';
import type { Plot } from './result.ts';

const plot: Plot = {
  file: 'a.svg',
  title: 'Cost <of> a & b',
  x: 'calls',
  y: 'µs',
  lines: [
    {
      name: 'base',
      points: [
        [1, 80],
        [10, 60],
        [100, 50],
      ],
    },
    {
      name: 'other',
      points: [
        [1, 160],
        [10, Number.NaN],
        [100, 100],
      ],
    },
    { name: 'nothing', points: [] },
  ],
};

describe('a plot of the benchmark', () => {
  it('is well-formed XML', () => {
    expect(findFault(toSvg(plot))).toBeUndefined();
    expect(findFault('<svg><text a="1">A & B</text></svg>')).toBe('a bare &');
    expect(findFault('<svg><text>A</svg>')).toBe('</svg> closes text');
  });

  it('escapes what stands in names', () => {
    expect(toSvg(plot)).toContain('Cost &lt;of&gt; a &amp; b');
  });

  it('draws a point for each number and leaves out what is none', () => {
    const svg = toSvg(plot);
    expect(svg.match(/<circle /g)).toHaveLength(5);
    expect(svg).not.toContain('NaN');
  });

  it('puts higher values higher and greater ones to the right, within its frame', () => {
    const places = [...toSvg(plot).matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    const [first, , last, higher] = places;
    expect(first?.[0]).toBeLessThan(last?.[0] ?? 0);
    expect(higher?.[1]).toBeLessThan(first?.[1] ?? 0);
    expect(places.flat().every(place => place > 0 && place < 720)).toBe(true);
  });

  it('can be drawn of one point, and of none', () => {
    const single = toSvg({ ...plot, lines: [{ name: 'base', points: [[10, 0]] }] });
    const none = toSvg({ ...plot, lines: [] });
    for (const svg of [single, none]) {
      expect(findFault(svg)).toBeUndefined();
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });
});

/** The first thing that keeps the text from being XML: tags that do not nest, bare characters, attributes twice. */
function findFault(svg: string): string | undefined {
  const open: string[] = [];
  for (const [, text = '', closing, name = '', attributes = '', empty] of svg.matchAll(
    /([^<]*)<(\/?)([\w:]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (/&(?!amp;|lt;|gt;)/.test(text + attributes)) return 'a bare &';
    const names = [...attributes.matchAll(/([\w:-]+)=/g)].map(match => match[1]);
    if (new Set(names).size < names.length) return `an attribute of ${name} twice`;
    if (closing === '/') {
      const opened = open.pop();
      if (opened !== name) return `</${name}> closes ${opened}`;
    } else if (empty !== '/') open.push(name);
  }
  const rest = svg.replaceAll(/<\/?[\w:]+(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/g, '');
  if (/[<>]/.test(rest)) return 'a bare bracket';
  return open.length === 0 ? undefined : `${open.join(', ')} stay open`;
}
