import { expect, it } from 'vitest'
import type { Block } from './block'
import { folded } from './folding'

/** Give points one step apart. */
function points(values: number[], first = 0): Block {
  const x = Float64Array.from(values, (_, i) => first + i)
  const y = Float64Array.from(values)
  return {
    ...{ run: 'a', metric: 'loss', kind: 'points', level: 0, asked: 0, count: values.length },
    ...{ start: -Infinity, end: Infinity, first, last: first + values.length - 1 },
    ...{ total: values.length, x, firstX: x, middle: x },
    ...{ low: y, high: y, mean: y, lastValue: y, counts: null },
  }
}

it('makes buckets on the grid of their level', () => {
  const found = folded(points([1, 2, 3, 4, 8], 3), 2)
  expect(found.kind).toBe('buckets')
  expect([...(found.counts ?? [])]).toEqual([1, 4])
  expect([...found.firstX]).toEqual([3, 4])
  expect([...found.x]).toEqual([3, 7])
  expect([...found.middle]).toEqual([3, 5.5])
  expect([...found.low]).toEqual([1, 2])
  expect([...found.high]).toEqual([1, 8])
  expect([...found.mean]).toEqual([1, 4.25])
  expect([...found.lastValue]).toEqual([1, 8])
  expect([found.start, found.end, found.total]).toEqual([-Infinity, Infinity, 5])
})

it('leaves NaN out of all but the last value, and keeps infinities', () => {
  const found = folded(points([NaN, 2, NaN, NaN, 1, Infinity]), 1)
  expect([...found.mean]).toEqual([2, NaN, Infinity])
  expect([...found.low]).toEqual([2, NaN, 1])
  expect([...found.high]).toEqual([2, NaN, Infinity])
  expect([...found.lastValue]).toEqual([2, NaN, Infinity])
})

it('goes below 0 on the same grid', () => {
  expect([...folded(points([1, 2, 3, 4], -3), 1).firstX]).toEqual([-3, -2, 0])
})

it('gives the points themselves where each has a bucket of its own', () => {
  const block = points([1, 2, 3])
  expect(folded(block, 0)).toBe(block)
})
