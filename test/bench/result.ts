import type { Spread } from './statistics.ts';
import type { TimeProfile } from './where-time-goes.ts';

/** What a figure has to be; both ends belong to it. */
export interface Bound {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One measured number, or the reason why there is none. */
export interface Figure {
  readonly what: string;
  readonly value: number | undefined;
  readonly unit: '' | 'µs' | 'ms' | 'kB' | 'MiB' | 'requests' | 'handshakes';
  readonly quartiles?: readonly [lower: number, upper: number];
  /** What is aimed at. */
  readonly goal?: Bound;
  /** What the short variant refuses: so far beyond the goal that noise does not explain it. */
  readonly guard?: Bound;
  /** Why there is no number. */
  readonly void?: string;
  /** Why the goal was missed, as a profile or counting shows it. */
  readonly why?: string;
}

export interface TextTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

export interface Plot {
  readonly file: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

export interface RowResult {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly tables: readonly TextTable[];
  readonly profiles?: readonly TimeProfile[];
  readonly plots?: readonly Plot[];
  readonly notes?: readonly string[];
}

export type Verdict = 'met' | 'missed' | 'void' | 'for information';

export function judge(figure: Figure, bound: Bound | undefined = figure.goal): Verdict {
  if (figure.value === undefined || !Number.isFinite(figure.value)) return 'void';
  if (bound === undefined) return 'for information';
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = bound;
  return figure.value <= atMost && figure.value >= atLeast ? 'met' : 'missed';
}

/** Each figure that missed its goal with the reason, unless it has one. */
export function withReason(figures: readonly Figure[], why: string | undefined): readonly Figure[] {
  if (why === undefined) return figures;
  return figures.map(figure => (judge(figure) === 'missed' ? { why, ...figure } : figure));
}

/** A ratio as a figure; without a number when the row was disturbed or its target saturated. */
export function toFigure(
  what: string,
  measured: Spread,
  unit: Figure['unit'],
  bounds: { readonly goal?: Bound; readonly guard?: Bound } = {},
  reason?: string,
): Figure {
  if (reason !== undefined) return { what, value: undefined, unit, ...bounds, void: reason };
  return { what, value: measured.median, unit, quartiles: [measured.lower, measured.upper], ...bounds };
}

export function showBound({ atMost, atLeast }: Bound, unit: string): string {
  const space = unit === '' ? '' : ` ${unit}`;
  return [
    ...(atMost === undefined ? [] : [`≤ ${showNumber(atMost)}${space}`]),
    ...(atLeast === undefined ? [] : [`≥ ${showNumber(atLeast)}${space}`]),
  ].join(', ');
}

/** Three digits that mean something. */
export function showNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 100_000) return String(value);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function showFigure({ value, unit, quartiles, void: reason }: Figure): string {
  if (value === undefined) return reason ?? 'not measured';
  const space = unit === '' ? '' : ` ${unit}`;
  const range = quartiles === undefined ? '' : ` (${quartiles.map(showNumber).join(' to ')})`;
  return `${showNumber(value)}${space}${range}`;
}
