/** A middle value and how far single rounds lie from it: the lower and upper quartile. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** The value below which `share` (0 to 1) of the numbers lie, interpolated between neighbours; NaN of none. */
export function quantile(numbers: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(numbers).sort();
  const place = share * (sorted.length - 1);
  const lower = sorted[Math.floor(place)] ?? Number.NaN;
  const upper = sorted[Math.ceil(place)] ?? Number.NaN;
  return lower + (upper - lower) * (place - Math.floor(place));
}

export function spread(numbers: readonly number[]): Spread {
  return { median: median(numbers), lower: quantile(numbers, 0.25), upper: quantile(numbers, 0.75) };
}

/**
 * The ratios of the rounds: what was measured to the mean of the base before and after it, so that a machine that
 * grows slower meanwhile slows both sides alike.
 */
export function ratios(
  measured: readonly number[],
  before: readonly number[],
  after: readonly number[],
): readonly number[] {
  return measured.map(
    (value, round) => (2 * value) / ((before[round] ?? Number.NaN) + (after[round] ?? Number.NaN)),
  );
}
