import { expect, test } from 'vitest'
import { bytes } from './sizes'

test('bytes have a decimal unit', () => {
  expect(bytes(0)).toBe('0 B')
  expect(bytes(999)).toBe('999 B')
  expect(bytes(1500)).toBe('1.5 kB')
  expect(bytes(123_456_789)).toBe('123 MB')
})

test('what rounds to a thousand is one of the next unit', () => {
  expect(bytes(999_999)).toBe('1.0 MB')
})
