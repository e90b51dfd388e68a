import { expect, test } from 'vitest'
import { allToggled, share, stretched, toggled } from './selection'

const at = (row: number): number | undefined => (row === 3 ? undefined : row * 10)

test('a run is chosen, and let go again', () => {
  expect(toggled(new Set([1]), 2)).toEqual(new Set([1, 2]))
  expect(toggled(new Set([1, 2]), 2)).toEqual(new Set([1]))
})

test('a range grows and shrinks with its end, and passes over what is no run', () => {
  const grown = stretched(new Set([20, 999]), at, 2, 2, 5)
  expect(grown).toEqual(new Set([999, 20, 40, 50]))
  expect(stretched(grown, at, 2, 5, 4)).toEqual(new Set([999, 20, 40]))
  expect(stretched(grown, at, 2, 5, 1)).toEqual(new Set([999, 20, 10]))
})

test('all are chosen unless all were', () => {
  expect(allToggled(new Set([1]), [1, 2])).toEqual(new Set([1, 2]))
  expect(allToggled(new Set([1, 2, 3]), [1, 2])).toEqual(new Set([3]))
})

test('how many of some are chosen', () => {
  expect(share(new Set([1, 2]), [1, 2])).toBe('all')
  expect(share(new Set([1]), [1, 2])).toBe('some')
  expect(share(new Set([3]), [1, 2])).toBe('none')
  expect(share(new Set([3]), [])).toBe('none')
})
