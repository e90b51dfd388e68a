/** A part of a series as columns: its points one by one, or buckets of many. */

/** Points or buckets of one series that lie from `start` to before `end`, in the axis' order. */
export interface Block {
  run: string
  metric: string
  kind: 'points' | 'buckets'
  /** A bucket is 2^level wide. */
  level: number
  /** The level that was asked for; what was found may be finer or as fine as it is kept. */
  asked: number
  /** How many points there are. */
  count: number
  start: number
  end: number
  /** Where the whole series begins and ends, and how many points it has. */
  first: number
  last: number
  total: number
  /** Places of points; of buckets, where their last point is. */
  x: Float64Array
  /** Where the first point of each bucket is; of points, `x` itself. */
  firstX: Float64Array
  /** The middle of each bucket's points; of points, `x` itself. */
  middle: Float64Array
  /** Of points, all four are the values. NaN where all values are. */
  low: Float64Array
  high: Float64Array
  mean: Float64Array
  lastValue: Float64Array
  /** How many points each bucket has; null of points. */
  counts: Float64Array | null
}

/** Give the memory that a block's columns take, in bytes. */
export function sizeOf(block: Block): number {
  return block.x.length * (block.kind === 'points' ? 16 : 64)
}

/** Give the rows of a block whose last point is at `from` or later and that begin before `to`. */
export function cutBlock(block: Block, from: number, to: number): Block {
  const first = firstAtLeast(block.x, from)
  const stop = firstAtLeast(block.firstX, to)
  if (first === 0 && stop === block.x.length) return block
  const part = (column: Float64Array) => column.subarray(first, Math.max(first, stop))
  const x = part(block.x)
  const low = part(block.low)
  if (block.kind === 'points') {
    return {
      ...block,
      x,
      firstX: x,
      middle: x,
      low,
      high: low,
      mean: low,
      lastValue: low,
      count: x.length,
    }
  }
  const counts = block.counts && part(block.counts)
  return {
    ...block,
    x,
    firstX: part(block.firstX),
    middle: part(block.middle),
    low,
    high: part(block.high),
    mean: part(block.mean),
    lastValue: part(block.lastValue),
    counts,
    count: counts ? counts.reduce((sum, count) => sum + count, 0) : x.length,
  }
}

/** Give one block of two of a kind, the second right after the first. */
export function joinBlocks(a: Block, b: Block): Block {
  const x = joined(a.x, b.x)
  const low = joined(a.low, b.low)
  const both = { ...b, start: a.start, count: a.count + b.count, x, low }
  if (a.kind === 'points')
    return { ...both, firstX: x, middle: x, high: low, mean: low, lastValue: low }
  return {
    ...both,
    firstX: joined(a.firstX, b.firstX),
    middle: joined(a.middle, b.middle),
    high: joined(a.high, b.high),
    mean: joined(a.mean, b.mean),
    lastValue: joined(a.lastValue, b.lastValue),
    counts: a.counts && b.counts && joined(a.counts, b.counts),
  }
}

/** Give the first place in rising numbers whose number is at least so large. */
export function firstAtLeast(numbers: Float64Array, least: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] ?? 0) < least) low = middle + 1
    else high = middle
  }
  return low
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
