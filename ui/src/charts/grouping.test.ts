import { expect, it } from 'vitest'
import { groupLine, valueAt } from './grouping'
import { NO_LINE, type Line } from './line'

function line(x: number[], y: number[]): Line {
  const values = Float64Array.from(y)
  return { ...NO_LINE, x: Float64Array.from(x), y: values, low: values, high: values }
}

it('gives the mean and the deviation of a sample', () => {
  const found = groupLine([line([0, 1], [1, 2]), line([0, 1], [3, 4]), line([0, 1], [8, 6])], 'std')
  expect([...found.x]).toEqual([0, 1])
  expect([...found.y]).toEqual([4, 4])
  // Squares at 0: 9 + 1 + 16 = 26, over n − 1 = 2; at 1: 4 + 0 + 4 = 8.
  expect(found.high[0]).toBeCloseTo(4 + Math.sqrt(13), 12)
  expect(found.low[1]).toBeCloseTo(2, 12)
})

it('gives the error of the mean, the range, or no band', () => {
  const lines = [line([0], [1]), line([0], [5])]
  expect(groupLine(lines, 'sem').high[0]).toBeCloseTo(3 + Math.sqrt(8) / Math.sqrt(2), 12)
  expect(groupLine(lines, 'range').low[0]).toBe(1)
  expect(groupLine(lines, 'none').low[0]).toBe(3)
})

it('joins lines of other steps by what lies between, and not beyond their ends', () => {
  const found = groupLine([line([0, 10], [0, 10]), line([5, 20], [7, 7])], 'none')
  expect([...found.x]).toEqual([0, 5, 10, 20])
  expect([...found.y]).toEqual([0, 6, 8.5, 7])
})

it('leaves the gaps of a line out', () => {
  const gappy = line([0, 1, 2], [1, NaN, 3])
  expect(valueAt(gappy, 0.5)).toBeNaN()
  const found = groupLine([gappy, line([0, 1, 2], [3, 3, 3])], 'std')
  expect([...found.y]).toEqual([2, 3, 3])
  expect(found.high[1]).toBe(3)
})

it('has a deviation of 0 for one line', () => {
  expect(groupLine([line([0], [2])], 'std').high[0]).toBe(2)
})
