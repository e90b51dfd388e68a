import { expect, test } from 'vitest'
import { coloursOf } from './colours'

test('eight runs have eight colours, whatever their numbers', () => {
  expect(new Set(coloursOf([8, 16, 24, 32, 40, 48, 56, 64]).values()).size).toBe(8)
})

test('colours do not depend on the order of the runs', () => {
  expect(coloursOf([3, 11, 7]).get(11)).toBe(coloursOf([11, 7, 3]).get(11))
})

test('after eight, colours come again', () => {
  const colours = [...coloursOf(Array.from({ length: 16 }, (_, i) => i)).values()]
  expect(new Set(colours.slice(8)).size).toBe(8)
})
