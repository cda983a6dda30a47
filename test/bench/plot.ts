import { type Plot, showNumber } from './result.ts';

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 64;
const TOP = 48;
const RIGHT = 180;
const BOTTOM = 56;
const TICKS = 5;
/** Told apart by those who see few colours too: the first two lines, which are compared most, also differ in weight. */
const COLOURS = [
  '#444444',
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8c564b',
  '#7f7f7f',
  '#000000',
];

/**
 * A line plot as SVG: x on a logarithmic scale, since lengths and concurrencies are multiples of each other, y from
 * zero. Points that are no numbers are left out.
 */
export function toSvg({ title, x, y, lines }: Plot): string {
  const drawn = lines.map(line => ({
    ...line,
    points: line.points.filter(point => point.every(Number.isFinite)),
  }));
  const points = drawn.flatMap(line => line.points);
  const xs = [...new Set(points.map(([at]) => at))].sort((a, b) => a - b);
  const highest = toRound(Math.max(1e-9, ...points.map(([, value]) => value)));
  const [least = 1, most = least] = [xs[0], xs.at(-1)];
  const across = (at: number) =>
    LEFT + (most === least ? 0.5 : Math.log(at / least) / Math.log(most / least)) * (WIDTH - LEFT - RIGHT);
  const up = (value: number) => HEIGHT - BOTTOM - (value / highest) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    text(LEFT, 26, title, 'font-size="16" font-weight="bold"'),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x, 'text-anchor="middle"'),
    text(-(TOP + HEIGHT - BOTTOM) / 2, 16, y, 'text-anchor="middle" transform="rotate(-90)"'),
    ...Array.from({ length: TICKS + 1 }, (_, nth) => {
      const value = (highest * nth) / TICKS;
      const at = up(value).toFixed(1);
      const line = `<path d="M${LEFT} ${at}H${WIDTH - RIGHT}" stroke="#dddddd"/>`;
      return line + text(LEFT - 8, up(value) + 4, showNumber(value), 'text-anchor="end"');
    }),
    ...xs.map(at => text(across(at), HEIGHT - BOTTOM + 20, showNumber(at), 'text-anchor="middle"')),
    ...drawn.flatMap(({ name, points: each }, nth) => {
      const colour = COLOURS[nth % COLOURS.length] ?? '#000000';
      const width = nth < 2 ? 3 : 1.5;
      const path = each.map(([at, value]) => `${across(at).toFixed(1)} ${up(value).toFixed(1)}`).join('L');
      const key = TOP + 20 * nth;
      return [
        ...(path === ''
          ? []
          : [`<path d="M${path}" fill="none" stroke="${colour}" stroke-width="${width}"/>`]),
        ...each.map(
          ([at, value]) =>
            `<circle cx="${across(at).toFixed(1)}" cy="${up(value).toFixed(1)}" r="3" fill="${colour}"/>`,
        ),
        `<path d="M${WIDTH - RIGHT + 16} ${key}h20" stroke="${colour}" stroke-width="${width}"/>`,
        text(WIDTH - RIGHT + 42, key + 4, name),
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<title>${escapeXml(title)}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

/** The next of 1, 2, 2.5, 5 and 10 times a power of ten: so that the ticks are numbers one can read. */
function toRound(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5].find(step => step * power >= value) ?? 10) * power;
}

function text(x: number, y: number, content: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
