/** A line as it is drawn: places, values, and how far single points lie around them. */

import { firstAtLeast, type Block } from './block'
import type { BucketValue, Smoothing } from './options'
import { smoothed } from './smoothing'

/** Columns of one length, in the order of the series. */
export interface Line {
  x: Float64Array
  /** What the line goes through: a point's value, a bucket's mean or what was chosen of it. NaN is a gap. */
  y: Float64Array
  low: Float64Array
  high: Float64Array
  counts: Float64Array | null
  /** Where the first and the last point of each bucket are; null where it has places alone. */
  from: Float64Array | null
  to: Float64Array | null
  /** The raw values behind a smoothed line. */
  raw: Float64Array | null
}

/** A line without any points. */
export const NO_LINE: Line = {
  x: new Float64Array(0),
  y: new Float64Array(0),
  low: new Float64Array(0),
  high: new Float64Array(0),
  counts: null,
  from: null,
  to: null,
  raw: null,
}

const VALUES: Record<BucketValue, (block: Block) => Float64Array> = {
  mean: (block) => block.mean,
  last: (block) => block.lastValue,
  low: (block) => block.low,
  high: (block) => block.high,
}

/** Give the line of the parts of a series, which follow one upon the other. */
export function lineOf(blocks: readonly Block[], value: BucketValue = 'mean'): Line {
  const [only] = blocks
  if (!only) return NO_LINE
  const isOne = blocks.length === 1
  const column = (of: (block: Block) => Float64Array) => (isOne ? of(only) : joined(blocks.map(of)))
  const hasCounts = blocks.some((block) => block.counts)
  return {
    x: column((block) => block.middle),
    y: column(VALUES[value]),
    low: column((block) => block.low),
    high: column((block) => block.high),
    counts: hasCounts
      ? column((block) => block.counts ?? new Float64Array(block.x.length).fill(1))
      : null,
    from: hasCounts ? column((block) => block.firstX) : null,
    to: hasCounts ? column((block) => block.x) : null,
    raw: null,
  }
}

/** Give a line smoothed, with its raw values kept. */
export function smoothedLine(line: Line, by: Smoothing): Line {
  if (by.kind === 'none') return line
  return { ...line, y: smoothed(line.y, line.counts, by), raw: line.y }
}

/**
 * Give a line over the values of another one, joined by their steps: points by equal ones, buckets
 * by the nearest.
 */
export function overMetric(line: Line, across: Line): Line {
  const rows: number[] = []
  const places: number[] = []
  const isExact = line.counts === null && across.counts === null
  for (let i = 0; i < line.x.length; i++) {
    const at = placeOf(across.x, line.x[i] ?? NaN, isExact)
    const value = across.y[at] ?? NaN
    if (!Number.isFinite(value)) continue
    rows.push(i)
    places.push(value)
  }
  const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row] ?? NaN)
  return {
    x: Float64Array.from(places),
    y: pick(line.y),
    low: pick(line.low),
    high: pick(line.high),
    counts: line.counts && pick(line.counts),
    from: null,
    to: null,
    raw: line.raw && pick(line.raw),
  }
}

/** Give the row of a step, or the one next to it; -1 where there is none. */
function placeOf(steps: Float64Array, step: number, isExact: boolean): number {
  const after = firstAtLeast(steps, step)
  const right = steps[after] ?? Infinity
  if (right === step) return after
  if (isExact) return -1
  return step - (steps[after - 1] ?? -Infinity) <= right - step ? after - 1 : after
}

function joined(columns: Float64Array[]): Float64Array {
  const all = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0))
  let at = 0
  for (const column of columns) {
    all.set(column, at)
    at += column.length
  }
  return all
}
