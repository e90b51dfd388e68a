import { expect, test } from 'vitest'
import { readNumbers, writeNumbers } from './ranges'

test('numbers that follow each other are one range', () => {
  expect(writeNumbers(new Set([12, 5, 3, 4, 100]))).toBe('3-5,12,100')
  expect(writeNumbers(new Set())).toBeNull()
})

test('what was written is read again', () => {
  const numbers = new Set([1, 2, 3, 70, 900_001])
  expect(readNumbers(writeNumbers(numbers))).toEqual(numbers)
})

test('what nobody wrote is left out, and no range is without end', () => {
  expect(readNumbers('x,3,-4,5-,<b>')).toEqual(new Set([3]))
  expect(readNumbers(null)).toEqual(new Set())
  expect(readNumbers('0-999999999').size).toBe(200_000)
})

test('a set too long for an address is not written', () => {
  expect(writeNumbers(new Set(Array.from({ length: 5000 }, (_, i) => i * 2)))).toBeNull()
})
