import { expect, test } from 'vitest'
import { columnsSeen, offsetsOf, rowOfSlot, rowsSeen, scrolledTo, widened } from './windows'

test('rows that are seen, and some more on both sides', () => {
  expect(rowsSeen(1000, 300, 30, 100_000, 2)).toEqual({ from: 31, to: 46 })
  expect(rowsSeen(0, 300, 30, 100_000, 2)).toEqual({ from: 0, to: 15 })
  expect(rowsSeen(2_999_700, 300, 30, 100_000, 2)).toEqual({ from: 99_985, to: 100_000 })
})

test('no rows beyond those that there are', () => {
  expect(rowsSeen(0, 300, 30, 3)).toEqual({ from: 0, to: 3 })
  expect(rowsSeen(9000, 300, 30, 3)).toEqual({ from: 0, to: 3 })
  expect(rowsSeen(0, 300, 30, 0)).toEqual({ from: 0, to: 0 })
})

test('columns that are seen among a thousand', () => {
  const offsets = offsetsOf(Array.from({ length: 1000 }, () => 100))
  expect(columnsSeen(offsets, 50_000, 500, 1)).toEqual({ from: 499, to: 507 })
  expect(columnsSeen(offsets, 0, 50, 0)).toEqual({ from: 0, to: 1 })
  expect(columnsSeen(offsets, 99_900, 500, 2)).toEqual({ from: 997, to: 1000 })
  expect(columnsSeen([0], 0, 500)).toEqual({ from: 0, to: 0 })
})

test('each row of a window has a slot of its own, which it keeps while others come', () => {
  const at = (from: number): number[] => [0, 1, 2, 3].map((slot) => rowOfSlot(slot, from, 4))
  expect(at(0)).toEqual([0, 1, 2, 3])
  expect(at(1)).toEqual([4, 1, 2, 3])
  expect(at(6)).toEqual([8, 9, 6, 7])
})

test('what is fetched before it is seen stays within the table', () => {
  expect(widened({ from: 5, to: 15 }, 20)).toEqual({ from: 0, to: 20 })
})

test('scrolling moves as little as it must', () => {
  expect(scrolledTo(100, 130, 0, 300)).toBe(0)
  expect(scrolledTo(600, 630, 0, 300)).toBe(330)
  expect(scrolledTo(30, 60, 330, 300)).toBe(30)
})
