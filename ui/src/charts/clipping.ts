/** The range of y: of all values that are shown, or without those far from the others. */

import type { Line } from './line'

/** How far beyond the middle half of the values one may lie, in its heights. */
const FAR = 3
/** So many values are looked at; of more, evenly chosen ones. */
const MOST_LOOKED_AT = 20_000

/** What of the lines counts. */
export interface Shown {
  from: number
  to: number
  isLog: boolean
  hasBand: boolean
}

/** Give the smallest and the largest finite value of what is shown; null where there is none. */
export function rangeOf(lines: readonly Line[], shown: Shown): [number, number] | null {
  let min = Infinity
  let max = -Infinity
  each(lines, shown, 1, (low, high) => {
    if (low < min) min = low
    if (high > max) max = high
  })
  return min <= max ? [min, max] : null
}

/**
 * Give the range without outliers: what lies beyond three heights of the middle half of the
 * values is left out, and nothing else.
 *
 * Source: Tukey's fences, with 3 for «far out».
 */
export function clippedRange(lines: readonly Line[], shown: Shown): [number, number] | null {
  const whole = rangeOf(lines, shown)
  if (!whole) return null
  const rows = lines.reduce((sum, line) => sum + line.x.length, 0)
  const found: number[] = []
  each(lines, { ...shown, hasBand: false }, Math.ceil(rows / MOST_LOOKED_AT), (low) => {
    found.push(shown.isLog ? Math.log10(low) : low)
  })
  const values = Float64Array.from(found).sort()
  const lower = quantile(values, 0.25)
  const upper = quantile(values, 0.75)
  const fence = (upper - lower) * FAR
  if (!(fence > 0)) return whole
  const back = (value: number) => (shown.isLog ? 10 ** value : value)
  return [Math.max(whole[0], back(lower - fence)), Math.min(whole[1], back(upper + fence))]
}

/** Give the value below which a share of sorted values lies. */
export function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return NaN
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? NaN
  const above = sorted[Math.ceil(place)] ?? NaN
  return below + (above - below) * (place - Math.floor(place))
}

function each(
  lines: readonly Line[],
  { from, to, isLog, hasBand }: Shown,
  every: number,
  take: (low: number, high: number) => void,
): void {
  const least = isLog ? Number.MIN_VALUE : -Number.MAX_VALUE
  for (const line of lines) {
    const { x, y, low, high } = line
    for (let i = 0; i < x.length; i += every) {
      const place = x[i] ?? NaN
      if (!(place >= from && place <= to)) continue
      const value = y[i] ?? NaN
      // A band may go down to almost 0, which a logarithm would give half of its height.
      const bottom = hasBand && !isLog ? (low[i] ?? value) : value
      const top = hasBand ? (high[i] ?? value) : value
      if (bottom >= least && top <= Number.MAX_VALUE) take(bottom, top)
      else if (value >= least && value <= Number.MAX_VALUE) take(value, value)
    }
  }
}
