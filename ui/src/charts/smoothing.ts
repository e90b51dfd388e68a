/** Smoothed values of a line, whose places may be single points or buckets of many. */

import type { Smoothing } from './options'

/** Give the values smoothed; NaN stays, and is left out of its neighbours. */
export function smoothed(
  values: Float64Array,
  counts: Float64Array | null,
  by: Smoothing,
): Float64Array {
  if (by.kind === 'ema') return movingEma(values, counts, by.amount)
  if (by.kind === 'mean') return movingMean(values, counts, by.amount)
  return values
}

/**
 * Give the exponential moving average, debiased: the first value is itself, not a share of 0.
 * A bucket of n points counts as its mean n times.
 *
 * Source: TensorBoard's and Adam's correction, yₜ / (1 − wᵗ).
 */
export function movingEma(
  values: Float64Array,
  counts: Float64Array | null,
  weight: number,
): Float64Array {
  const found = new Float64Array(values.length)
  let sum = 0
  let share = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN
    if (!Number.isFinite(value)) {
      found[i] = value
      continue
    }
    const kept = counts ? weight ** (counts[i] ?? 1) : weight
    sum = sum * kept + value * (1 - kept)
    share = share * kept + (1 - kept)
    found[i] = sum / share
  }
  return found
}

/** Give the mean of the last so many points up to each; fewer at the beginning. */
export function movingMean(
  values: Float64Array,
  counts: Float64Array | null,
  points: number,
): Float64Array {
  const found = new Float64Array(values.length)
  const countAt = (i: number) => (Number.isFinite(values[i]) ? (counts ? (counts[i] ?? 1) : 1) : 0)
  let sum = 0
  let count = 0
  let first = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN
    const here = countAt(i)
    if (here) sum += value * here
    count += here
    while (first < i && count - countAt(first) >= points) {
      const gone = countAt(first)
      if (gone) sum -= (values[first] ?? 0) * gone
      count -= gone
      first++
    }
    found[i] = here ? sum / count : value
  }
  return found
}
