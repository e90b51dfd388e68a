import { expect, it } from 'vitest'
import { clippedRange, quantile, rangeOf } from './clipping'
import { NO_LINE, type Line } from './line'

function line(y: number[], low = y, high = y): Line {
  return {
    ...NO_LINE,
    x: Float64Array.from(y.keys()),
    y: Float64Array.from(y),
    low: Float64Array.from(low),
    high: Float64Array.from(high),
  }
}

const all = { from: -Infinity, to: Infinity, isLog: false, hasBand: false }

it('gives the range of what is shown, without NaN and infinities', () => {
  const lines = [line([1, NaN, 5, Infinity]), line([-2, -Infinity, 3, 0])]
  expect(rangeOf(lines, all)).toEqual([-2, 5])
  expect(rangeOf(lines, { ...all, from: 1, to: 2 })).toEqual([3, 5])
  expect(rangeOf([line([NaN])], all)).toBeNull()
})

it('takes the band in where it is drawn', () => {
  const lines = [line([1, 2], [0, 1], [4, 9])]
  expect(rangeOf(lines, { ...all, hasBand: true })).toEqual([0, 9])
})

it('leaves out what a logarithm cannot show', () => {
  expect(rangeOf([line([-1, 0, 0.5, 2])], { ...all, isLog: true })).toEqual([0.5, 2])
})

it('clips what lies far from the others, and nothing else', () => {
  const steady = Array.from({ length: 99 }, (_, i) => i)
  const [low, high] = clippedRange([line([...steady, 1e9])], all) ?? [0, 0]
  expect(low).toBe(0)
  expect(high).toBeLessThan(300)
  expect(high).toBeGreaterThan(99)
  expect(clippedRange([line(steady)], all)).toEqual([0, 98])
})

it('clips nothing of a constant', () => {
  expect(clippedRange([line([2, 2, 2, 2, 5])], all)).toEqual([2, 5])
})

it('gives quantiles between the values', () => {
  expect(quantile(Float64Array.of(1, 2, 3, 5), 0.5)).toBe(2.5)
  expect(quantile(Float64Array.of(), 0.5)).toBeNaN()
})
