/** Which parts of an axis are read, and how fine, for a picture of so many pixels. */

import type { Wanted } from './reader'
import type { Scale } from './scales'

/** Buckets of all lines of a chart together; many lines have wider ones. */
const MOST_BUCKETS = 60_000
const FEWEST_EACH = 128
const MOST_EACH = 1200
/** What is read begins and ends at so many buckets' width: charts a little apart share it. */
const GRID_BUCKETS = 64

/** Give how many buckets each line has in a picture. */
export function bucketsEach(width: number, lines: number): number {
  const most = Math.floor(MOST_BUCKETS / Math.max(1, lines))
  return Math.max(FEWEST_EACH, Math.min(MOST_EACH, Math.ceil(width), most))
}

/** Give all of the axis, before it is known how long that is. */
export function allOf(): Wanted[] {
  return [{ start: -Infinity, end: Infinity, level: null }]
}

/**
 * Give the parts of a scale with room beside it.
 *
 * @param before how much is read to the left of it, in its lengths
 * @param after how much to the right
 */
export function partsOf(scale: Scale, buckets: number, before: number, after: number): Wanted[] {
  if (!scale.isLog) {
    const length = scale.max - scale.min
    const level = levelFor(length, buckets)
    return [gridded(scale.min - length * before, scale.max + length * after, level)]
  }
  const decades = Math.max(1, Math.log10(scale.max / scale.min))
  const each = Math.max(16, buckets / decades)
  const parts: Wanted[] = []
  let end = scale.max
  while (end > scale.min && parts.length < 13) {
    const start = Math.max(end / 10, scale.min)
    parts.unshift({ start, end, level: levelFor(end - start, each) })
    end = start
  }
  return parts
}

/** Give the finest level of which so many buckets cover a length. */
export function levelFor(length: number, buckets: number): number {
  const width = length / buckets
  return Math.max(-30, Math.min(64, Math.ceil(Math.log2(width > 0 ? width : 1))))
}

function gridded(start: number, end: number, level: number): Wanted {
  const grid = 2 ** level * GRID_BUCKETS
  return { start: Math.floor(start / grid) * grid, end: Math.ceil(end / grid) * grid, level }
}
