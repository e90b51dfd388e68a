/** Blocks for tests. */

import type { Block } from './block'

/** Give a block of points one step apart, from a place to before another. */
export function pointsBlock(from: number, to: number, fields: Partial<Block> = {}): Block {
  const x = Float64Array.from({ length: to - from }, (_, i) => from + i)
  const low = x.map((step) => step / 10)
  return {
    ...{ run: 'a', metric: 'loss', kind: 'points', level: 0, asked: 0, count: x.length },
    ...{ start: from, end: to, first: 0, last: to - 1, total: to },
    ...{ x, firstX: x, middle: x, low, high: low, mean: low, lastValue: low, counts: null },
    ...fields,
  }
}

/** Give a block of full buckets of a level, from a place to before another. */
export function bucketsBlock(from: number, to: number, level: number): Block {
  const width = 2 ** level
  const firstX = Float64Array.from({ length: (to - from) / width }, (_, i) => from + i * width)
  const x = firstX.map((first) => first + width - 1)
  const mean = firstX.map((first) => first)
  return {
    ...{ run: 'a', metric: 'loss', kind: 'buckets', level, asked: level, count: to - from },
    ...{ start: from, end: to, first: 0, last: to - 1, total: to, x, firstX },
    middle: firstX.map((first, i) => (first + (x[i] ?? 0)) / 2),
    ...{ low: mean, high: mean, mean, lastValue: mean, counts: firstX.map(() => width) },
  }
}
