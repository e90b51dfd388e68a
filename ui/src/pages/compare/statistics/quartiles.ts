/** What a box plot shows of some numbers. Pure. */

/** Quartiles, and the whiskers as far as 1.5 times the box. */
export interface Box {
  low: number
  first: number
  median: number
  third: number
  high: number
  outliers: number[]
  count: number
}

/**
 * Give the value below which a share of sorted numbers lies.
 *
 * Source: type 7 of Hyndman and Fan (1996), the default of NumPy and R.
 */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? NaN
  const high = sorted[Math.ceil(at)] ?? NaN
  return low + (high - low) * (at - Math.floor(at))
}

/** Give the box of some numbers; null where there are none. */
export function boxOf(numbers: readonly number[]): Box | null {
  if (numbers.length === 0) return null
  const sorted = [...numbers].sort((a, b) => a - b)
  const [first, median, third] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share)) as [
    number,
    number,
    number,
  ]
  const reach = 1.5 * (third - first)
  const inside = sorted.filter((one) => one >= first - reach && one <= third + reach)
  const outliers = sorted.filter((one) => one < first - reach || one > third + reach)
  // Of few numbers a quartile may lie beyond the last of them: a whisker never ends in the box.
  const low = Math.min(inside[0] ?? first, first)
  const high = Math.max(inside[inside.length - 1] ?? third, third)
  return { low, first, median, third, high, outliers, count: sorted.length }
}
