/** Many lines as one: their mean, and how far they lie apart. */

import { firstAtLeast } from './block'
import type { Line } from './line'
import type { GroupBand } from './options'

/** A group has a value at so many places at most. */
const MOST_PLACES = 2000

/**
 * Give the mean of lines, with a band around it.
 *
 * Places are those of all lines. A line counts from its first place to its last, between two
 * of its places by the straight line between them, and not in its gaps. The deviation is that of
 * a sample (n − 1); of a single line it is 0.
 */
export function groupLine(lines: readonly Line[], band: GroupBand): Line {
  const x = placesOf(lines)
  const y = new Float64Array(x.length)
  const low = new Float64Array(x.length)
  const high = new Float64Array(x.length)
  const found: number[] = []
  for (let i = 0; i < x.length; i++) {
    const place = x[i] ?? NaN
    found.length = 0
    for (const line of lines) {
      const value = valueAt(line, place)
      if (Number.isFinite(value)) found.push(value)
    }
    const mean = found.reduce((sum, value) => sum + value, 0) / found.length
    const [down, up] = bandOf(found, mean, band)
    y[i] = mean
    low[i] = mean - down
    high[i] = mean + up
  }
  return { x, y, low, high, counts: null, from: null, to: null, raw: null }
}

/** Give a line's value at a place, between two of its places if need be; NaN where it has none. */
export function valueAt(line: Line, place: number): number {
  const { x, y } = line
  const after = firstAtLeast(x, place)
  if (x[after] === place) return y[after] ?? NaN
  const right = x[after]
  const left = x[after - 1]
  if (right === undefined || left === undefined) return NaN
  const share = (place - left) / (right - left)
  const from = y[after - 1] ?? NaN
  return from + ((y[after] ?? NaN) - from) * share
}

function bandOf(values: number[], mean: number, band: GroupBand): [number, number] {
  if (band === 'none' || values.length === 0) return [0, 0]
  if (band === 'range') return [mean - Math.min(...values), Math.max(...values) - mean]
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0
  const around = band === 'sem' ? deviation / Math.sqrt(values.length) : deviation
  return [around, around]
}

function placesOf(lines: readonly Line[]): Float64Array {
  const all = new Set<number>()
  for (const line of lines) for (const place of line.x) all.add(place)
  const sorted = Float64Array.from(all).sort()
  if (sorted.length <= MOST_PLACES) return sorted
  const step = (sorted.length - 1) / (MOST_PLACES - 1)
  return Float64Array.from({ length: MOST_PLACES }, (_, i) => sorted[Math.round(i * step)] ?? NaN)
}
